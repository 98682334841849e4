import { type ParameterFields, parameterFromSdk, parametersFromSdk } from './aws-sdk.ts';
import { UnexpectedValueError } from './errors.ts';
import { parseJson } from './get-secret.ts';
import { type ReadOptions, read } from './read.ts';

export interface ParameterOptions extends ReadOptions {
  /** A number, or use `label`. Default: the latest version. */
  version?: number;
  label?: string;
  /** Default: true, so that a SecureString comes as plain text. */
  withDecryption?: boolean;
}

/**
 * Reads a parameter by name or ARN: its text, or with `json: true` the value that the text is JSON of. Errors as `getSecret`.
 */
export function getParameter(name: string, options?: ParameterOptions & { json?: false }): Promise<string>;
export function getParameter<T>(name: string, options: ParameterOptions & { json: true }): Promise<T>;
export async function getParameter(name: string, options: ParameterOptions & { json?: boolean } = {}) {
  const { version, label, withDecryption = true, json, ...reading } = options;
  const what = `Parameter ${name}`;
  const selector = version === undefined ? label : String(version);
  const value = await read<ParameterFields | undefined>({
    ...reading,
    what,
    path: '/systemsmanager/parameters/get',
    query: {
      name,
      withDecryption: String(withDecryption),
      version: version === undefined ? undefined : selector,
      label,
    },
    ttlVariable: 'SSM_PARAMETER_STORE_TTL',
    parse: (body) => JSON.parse(body).Parameter,
    fallback: () => parameterFromSdk(selector === undefined ? name : `${name}:${selector}`, withDecryption),
  });
  if (typeof value?.Value !== 'string') throw new UnexpectedValueError(`${what} has no value`);
  return json ? parseJson(value.Value, what) : value.Value;
}

export interface ParameterPathOptions extends ReadOptions {
  /** Whether parameters further below count. Default: true. */
  recursive?: boolean;
  /** Default: true. */
  withDecryption?: boolean;
}

/** Reads all parameters below a path: their texts by name. */
export async function getParametersByPath(
  path: string,
  options: ParameterPathOptions = {},
): Promise<Map<string, string>> {
  const { recursive = true, withDecryption = true, ...reading } = options;
  const found = await read<ParameterFields[]>({
    ...reading,
    what: `Parameters below ${path}`,
    path: '/systemsmanager/parameters/path',
    query: { path, recursive: String(recursive), withDecryption: String(withDecryption) },
    ttlVariable: 'SSM_PARAMETER_STORE_TTL',
    parse: (body) => JSON.parse(body).Parameters,
    fallback: () => parametersFromSdk(path, { Recursive: recursive, WithDecryption: withDecryption }),
  });
  return new Map(found.map(({ Name = '', Value }) => [Name, Value ?? '']));
}
