import type { Value } from '../items/item.ts';
import type { JsonObject } from '../items/log-line.ts';
import { jsonObjectIn } from '../read/json-line.ts';

/** What the handler threw, as AWS's runtime client logs it before it posts it. */
export interface InvokeError {
  readonly type: string | undefined;
  /** In the JSON format any `console.error(error)` looks the same, and the handler may have continued. */
  readonly isCertain: boolean;
}

/** @param body of a line with the level ERROR: `Invoke Error ⇥{"errorType":…}`, or in the JSON format the error alone. */
export function invokeErrorIn(body: Value): InvokeError | undefined {
  if (typeof body === 'string') {
    if (!body.startsWith(INVOKE_ERROR)) return undefined;
    // Lambda cuts long lines, so the JSON may be incomplete.
    return { type: typeOf(jsonObjectIn(body.slice(INVOKE_ERROR.length - 1))), isCertain: true };
  }
  const type = typeOf(body as JsonObject | null);
  return type === undefined ? undefined : { type, isCertain: false };
}

/** An error with its own `toJSON`, such as one of axios, has `name` in place of `errorType`. */
function typeOf(error: JsonObject | null | undefined): string | undefined {
  const type = error?.errorType ?? error?.name;
  return typeof type === 'string' && type !== '' && type.length <= LONGEST_TYPE ? type : undefined;
}

const INVOKE_ERROR = 'Invoke Error \t{';
/** The type becomes an attribute of a metric. */
const LONGEST_TYPE = 128;
