import type { Value } from '../items/item.ts';
import type { JsonObject } from '../items/log-line.ts';
import { jsonObjectIn } from '../read/json-line.ts';

/** What the handler threw, as far as AWS's runtime client tells of it in the log before it posts it. */
export interface InvokeError {
  readonly type: string | undefined;
  /** In the JSON format the line is that of any `console.error(error)`, and the handler may have gone on. */
  readonly isCertain: boolean;
}

/** @param body of a line with the level ERROR: `Invoke Error ⇥{"errorType":…}`, or in the JSON format the error alone. */
export function invokeErrorIn(body: Value): InvokeError | undefined {
  if (typeof body === 'string') {
    if (!body.startsWith(INVOKE_ERROR)) return undefined;
    // Lambda cuts a line that is too long.
    return { type: typeOf(jsonObjectIn(body.slice(INVOKE_ERROR.length - 1))), isCertain: true };
  }
  const type = typeOf(body as JsonObject | null);
  return type === undefined ? undefined : { type, isCertain: false };
}

/** An error with a `toJSON` of its own, such as axios', has a name instead. */
function typeOf(error: JsonObject | null | undefined): string | undefined {
  const type = error?.errorType ?? error?.name;
  return typeof type === 'string' && type !== '' && type.length <= LONGEST_TYPE ? type : undefined;
}

const INVOKE_ERROR = 'Invoke Error \t{';
/** It becomes an attribute of a metric. */
const LONGEST_TYPE = 128;
