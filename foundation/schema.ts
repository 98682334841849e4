import { expectedBy } from './expected-by.ts';
import type { Setting } from './settings.ts';
import type { SchemaResult, StandardSchema } from './standard-schema.ts';

export interface SchemaOptions<Output> {
  /** Used where the variable is not set, or its value is refused. Default: what the schema makes of `undefined`. */
  readonly fallback?: Output;
  /** Completes the sentence "expected …". Default: by the JSON Schema of the schema, where its library has one. */
  readonly expected?: string;
  /** Whether the value may hold a secret: then no log line shows it. Default: false. */
  readonly isSensitive?: boolean;
}

/**
 * A setting by any Standard Schema, such as one of zod, valibot or ArkType. Variables are text, so numbers and booleans need a
 * schema that reads text, e.g. `z.coerce.number()` and `z.stringbool()`.
 * @throws TypeError where the schema is asynchronous, or where neither it nor `fallback` says what holds without the variable.
 */
export function schema<Output>(
  variable: string,
  { '~standard': standard }: StandardSchema<unknown, Output> | StandardSchema<never, Output>,
  purpose: string,
  options: SchemaOptions<NoInfer<Output>> = {},
): Setting<Output> {
  const { isSensitive = false, expected = expectedBy(standard) } = options;
  const fallback =
    'fallback' in options ? options.fallback : withoutVariable(variable, resultAtOnce(standard, undefined));
  return {
    variable,
    fallback: fallback as Output,
    purpose,
    expected,
    isSensitive,
    read(text) {
      const result = resultAtOnce(standard, text);
      if (result !== LATER && result.issues === undefined) return { value: result.value, isValid: true };
      const why =
        result === LATER
          ? 'its schema throws or is asynchronous, and settings are read at once'
          : result.issues?.map(({ message }) => message).join('; ');
      return { value: fallback as Output, isValid: false, ...(why === undefined ? {} : { why }) };
    },
  };
}

/** What code of the schema throws, e.g. `JSON.parse` in a transformation, is an issue of the value. */
function resultAtOnce<Output>(
  standard: Pick<StandardSchema<unknown, Output>['~standard'], 'validate'>,
  value: unknown,
): SchemaResult<Output> | typeof LATER {
  try {
    const result = standard.validate(value);
    if (!(result instanceof Promise)) return result;
    // Where a transformation has thrown, zod tries again asynchronously. A rejection that nobody handles ends a function's process.
    result.catch(() => undefined);
    return LATER;
  } catch (error) {
    return { issues: [{ message: error instanceof Error ? error.message : String(error) }] };
  }
}

function withoutVariable<Output>(variable: string, result: SchemaResult<Output> | typeof LATER): Output {
  if (result === LATER) throw new TypeError(`${variable}: its schema is asynchronous. Settings are read at once`);
  if (result.issues === undefined) return result.value;
  throw new TypeError(
    `${variable}: nothing says what holds where it is not set. Give its schema a default, make it optional, or pass a fallback`,
  );
}

const LATER = Symbol('asynchronous');
