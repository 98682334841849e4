/** Loaded by `import()`, and a bundle of its own: few configurations have a schema. */
import { type Schema, Validator } from '@cfworker/json-schema';
import { withoutBom } from '../../../foundation/exact-json.ts';

/** Where and why the text does not satisfy the schema, without a word of the text itself. Empty when it does. */
export function problemsOf(text: string, schema: object): string[] {
  const [isJson, value] = parse(text);
  if (!isJson) return ['it is not JSON'];
  const draft = /draft-0?(4|7)|(2019-09|2020-12)/.exec(String((schema as { $schema?: unknown }).$schema ?? ''));
  const validator = new Validator(schema as Schema, (draft?.[1] ?? draft?.[2] ?? '2020-12') as '7', false);
  const problems = validator
    .validate(value)
    .errors.map(({ instanceLocation, keyword }) => `${instanceLocation} breaks "${keyword}"`);
  // An object fails when a field of it fails: the innermost reasons come last.
  return [...new Set(problems)].slice(-MAX_SHOWN);
}

function parse(text: string): [boolean, unknown] {
  try {
    return [true, JSON.parse(withoutBom(text))];
  } catch {
    return [false, undefined];
  }
}

const MAX_SHOWN = 5;
