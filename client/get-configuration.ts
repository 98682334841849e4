import type { AsAny, AsBytes, AsJson, AsText } from './formats.ts';
import { parseJson } from './get-secret.ts';
import {
  type ConfigurationName,
  type ConfigurationReadOptions,
  describe,
  readConfiguration,
} from './read-configuration.ts';

export type { ConfigurationName };
export type ConfigurationOptions = ConfigurationReadOptions;

/**
 * Reads a configuration of AppConfig: its text, with `json: true` the value that the text is JSON of, with `binary: true` its
 * bytes. Flags with variants are evaluated for nobody in particular; `getFlag` takes a context.
 * @param name `App:Env:Config`
 * @throws {NotFoundError} there is no such configuration, or none is deployed
 * @throws {AccessDeniedError} the function's role may not read it
 * @throws {UnexpectedValueError} it is not JSON
 * @throws {UnavailableError} the extension is not there
 */
export function getConfiguration(name: ConfigurationName, options?: ConfigurationOptions & AsText): Promise<string>;
export function getConfiguration<T>(name: ConfigurationName, options: ConfigurationOptions & AsJson): Promise<T>;
export function getConfiguration(name: ConfigurationName, options: ConfigurationOptions & AsBytes): Promise<Uint8Array>;
export function getConfiguration(name: ConfigurationName, options: ConfigurationOptions & AsAny): Promise<unknown>;
export async function getConfiguration(
  name: ConfigurationName,
  { json, binary, ...reading }: ConfigurationOptions & AsAny = {},
) {
  const body = await readConfiguration({ ...reading, name });
  if (binary) return Uint8Array.from(body);
  return json ? parseJson(String(body), describe({ name })) : String(body);
}
