/** What a caller names: a function, and perhaps an alias or a version of it. */
export interface FunctionName {
  readonly name: string;
  readonly qualifier: string | undefined;
}

/**
 * Reads the name as the Invoke API takes it: a name, a partial ARN (`123456789012:function:name`) or an ARN, each with or without
 * a qualifier; and the query's `Qualifier`.
 * Returns the text of the `ValidationException` or `InvalidParameterValueException` if Lambda would refuse it.
 */
export function readFunctionName(named: string, queried: string | undefined): FunctionName | { problem: string } {
  const [, name, own] = NAME.exec(named) ?? [];
  if (name === undefined) return { problem: `functionName does not look like a function's name or ARN: ${named}` };
  if (queried !== undefined && !QUALIFIER.test(queried)) return { problem: `qualifier is not valid: ${queried}` };
  if (own !== undefined && queried !== undefined && own !== queried)
    return { problem: 'The derived qualifier from the function name does not match the specified qualifier.' };
  return { name, qualifier: own ?? queried };
}

/** `function:7` is version 7 of the function `function`, RIE's name for all. */
const NAME = /^(?:(?:arn:aws[\w-]*:lambda:[\w-]*:)?\d{12}:(?:function:)?)?([\w-]{1,140})(?::(\$LATEST|[\w-]{1,128}))?$/;
const QUALIFIER = /^(\$LATEST|[\w-]{1,128})$/;
