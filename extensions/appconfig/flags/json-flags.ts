import { parseExactJson } from '../../../foundation/exact-json.ts';
import { type Flags, isObject, variantText } from './flag.ts';

/** The fields of a JSON object, each as a flag without variants. Undefined where the text is anything else. */
export function jsonFlags(text: string): Flags | undefined {
  const document = parse(text);
  if (!isObject(document)) return undefined;
  return new Map(Object.entries(document).map(([name, value]) => [name, { evaluate: () => variantText(value) }]));
}

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
