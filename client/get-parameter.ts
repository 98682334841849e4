import { parameterPath, parameter as wantedParameter } from '../aws-call/wanted.ts';
import { isObject, isText } from './answer-fields.ts';
import type { AsJson, AsText } from './formats.ts';
import { parseJson } from './get-secret.ts';
import { read } from './read.ts';
import type { ReadOptions } from './read-options.ts';

export interface ParameterOptions extends ReadOptions {
  /** The version's number. Default: what `label` names, else the latest version. */
  version?: number;
  /** The version's label. Default: the latest version. */
  label?: string;
  /** Decrypts a `SecureString`; other types have nothing to decrypt. Default: true. */
  withDecryption?: boolean;
}

/**
 * Reads a parameter by name or ARN: its text, or with `json: true` the value that the text is JSON of. Errors as `getSecret`.
 */
export function getParameter(name: string, options?: ParameterOptions & Pick<AsText, 'json'>): Promise<string>;
export function getParameter<T>(name: string, options: ParameterOptions & Pick<AsJson, 'json'>): Promise<T>;
export function getParameter(name: string, options: ParameterOptions & { json?: boolean }): Promise<unknown>;
export async function getParameter(name: string, options: ParameterOptions & { json?: boolean } = {}) {
  const { version, label, withDecryption = true, json, ...reading } = options;
  const what = `Parameter ${name}`;
  const selector = version === undefined ? label : String(version);
  const value = await read({
    ...reading,
    what,
    wanted: wantedParameter(name, { selector, withDecryption }),
    decode: (answer) => (isObject(answer) ? decodeParameter(answer.Parameter)?.[1] : undefined),
  });
  return json ? parseJson(value, what) : value;
}

export interface ParameterPathOptions extends ReadOptions {
  /** Also reads parameters further below, not only those one level below the path. Default: true. */
  recursive?: boolean;
  /** Decrypts each `SecureString`. Default: true. */
  withDecryption?: boolean;
}

/** Reads all parameters below a path: their texts by name. */
export async function getParametersByPath(
  path: string,
  options: ParameterPathOptions = {},
): Promise<Map<string, string>> {
  const { recursive = true, withDecryption = true, ...reading } = options;
  const found = await read({
    ...reading,
    what: `Parameters below ${path}`,
    wanted: parameterPath(path, { recursive, withDecryption }),
    decode: decodeParameters,
  });
  return new Map(found);
}

/** All of them, or none where one cannot be read. */
function decodeParameters(answer: unknown): [name: string, text: string][] | undefined {
  if (!isObject(answer) || !Array.isArray(answer.Parameters)) return undefined;
  const found = answer.Parameters.map(decodeParameter);
  return found.includes(undefined) ? undefined : (found as [string, string][]);
}

function decodeParameter(parameter: unknown): [name: string, text: string] | undefined {
  if (!isObject(parameter)) return undefined;
  const { Name: name, Value: text } = parameter;
  return isText(name) && isText(text) ? [name, text] : undefined;
}
