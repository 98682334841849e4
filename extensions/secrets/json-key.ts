import type { Wanted } from '../../aws-call/wanted.ts';
import { isNumeral, parseExactJson } from '../../foundation/exact-json.ts';

/**
 * One field of a value that is JSON: `a.b` is field `b` of field `a`; a field whose own name is `a.b` goes first. Text comes
 * as it is, anything else as JSON, with the digits that stand there. Undefined when there is no such field.
 */
export function fieldOf(body: string, wanted: Wanted, jsonKey: string): string | undefined {
  const value = parseOrUndefined(textOf(body, wanted) ?? '');
  const field = find(value, jsonKey);
  return typeof field === 'string' || field === undefined ? field : JSON.stringify(field);
}

function find(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || isNumeral(value)) return undefined;
  if (Object.hasOwn(value, path)) return (value as Record<string, unknown>)[path];
  // By the names that there are, not by the dots: of each, a caller could send thousands.
  const heads = Object.keys(value).filter((name) => path[name.length] === '.' && path.startsWith(name));
  for (const head of heads.sort((one, other) => one.length - other.length)) {
    const below = find((value as Record<string, unknown>)[head], path.slice(head.length + 1));
    if (below !== undefined) return below;
  }
  return undefined;
}

/** The value alone. Undefined when it is binary, or not one value. */
export function textOf(body: string, { kind }: Wanted): string | undefined {
  const answer = JSON.parse(body);
  return (kind === 'secret' ? answer.SecretString : answer.Parameter?.Value) ?? undefined;
}

function parseOrUndefined(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
