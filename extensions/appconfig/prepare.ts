import type { Log } from '../sdk/index.ts';
import { AnswerMemory } from './answer-memory.ts';
import type { Configuration } from './configuration.ts';
import { etagOf } from './etag.ts';
import { UnusableConfigurationError } from './explain-failure.ts';
import type { Flags } from './flags/flag.ts';
import { jsonFlags } from './flags/json-flags.ts';
import type { Fetched } from './sources/source.ts';

/**
 * Makes a configuration of what came, or rejects with the reason why it cannot be served.
 * @param schema in JSON Schema, which the content must satisfy.
 */
export async function prepare(fetched: Fetched, { key, schema, log }: PrepareOptions): Promise<Configuration> {
  const { content, contentType } = fetched;
  const variants = ION.test(contentType) ? await parseVariants(content.toString(), key, log) : undefined;
  if (schema !== undefined) await check(variants === undefined ? content.toString() : textOf(variants), schema);

  let flags = variants;
  let isParsed = variants !== undefined;
  return {
    ...fetched,
    etag: etagOf(content, contentType),
    hasVariants: variants !== undefined,
    flags() {
      if (!isParsed) flags = jsonFlags(content.toString());
      isParsed = true;
      return flags;
    },
    answers: new AnswerMemory(),
  };
}

export interface PrepareOptions {
  /** For the log. */
  key: string;
  schema: object | undefined;
  log: Log;
}

async function parseVariants(text: string, key: string, log: Log): Promise<Flags> {
  const { parseFlagDocument } = await import('./flags/ion-document.ts');
  try {
    return parseFlagDocument(text, (problem) => log.error(`${key}: ${problem}`));
  } catch {
    // The parser's own message quotes words of the text.
    throw new UnusableConfigurationError('it is not Amazon Ion');
  }
}

/** What a reader without a context would get. */
function textOf(flags: Flags): string {
  return `{${[...flags].map(([name, flag]) => `${JSON.stringify(name)}:${flag.evaluate(new Map())}`).join()}}`;
}

async function check(text: string, schema: object): Promise<void> {
  const { problemsOf } = await import('./validate/json-schema.ts');
  const problems = problemsOf(text, schema);
  if (problems.length > 0)
    throw new UnusableConfigurationError(`it does not satisfy its schema: ${problems.join('; ')}`);
}

const ION = /^(application|text)\/ion(;|$)/i;
