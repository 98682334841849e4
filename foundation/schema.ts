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
  const validate = (value: unknown): SchemaResult<Output> => {
    const result = standard.validate(value);
    if (result instanceof Promise)
      throw new TypeError(`${variable}: its schema is asynchronous. Settings are read at once`);
    return result;
  };
  const { isSensitive = false, expected = expectedBy(standard) } = options;
  const fallback = 'fallback' in options ? options.fallback : withoutVariable(variable, validate(undefined));
  return {
    variable,
    fallback: fallback as Output,
    purpose,
    expected,
    isSensitive,
    read(text) {
      const { issues, ...result } = validate(text) as { value: Output; issues?: readonly { message: string }[] };
      if (issues === undefined) return { value: result.value, isValid: true };
      return { value: fallback as Output, isValid: false, why: issues.map(({ message }) => message).join('; ') };
    },
  };
}

function withoutVariable<Output>(variable: string, result: SchemaResult<Output>): Output {
  if (result.issues === undefined) return result.value;
  throw new TypeError(
    `${variable}: nothing says what holds where it is not set. Give its schema a default, make it optional, or pass a fallback`,
  );
}
