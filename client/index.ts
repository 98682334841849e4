/** For the function: secrets, parameters, configurations and flags from the extensions, typed, with a tier in the function's own memory. */
export { AccessDeniedError, NotFoundError, ReadError, UnavailableError, UnexpectedValueError } from './errors.ts';
export { type ConfigurationName, type ConfigurationOptions, getConfiguration } from './get-configuration.ts';
export { type Flag, type FlagContext, type FlagOptions, getFlag } from './get-flag.ts';
export {
  getParameter,
  getParametersByPath,
  type ParameterOptions,
  type ParameterPathOptions,
} from './get-parameter.ts';
export { getSecret, type SecretOptions } from './get-secret.ts';
export { clearMemory } from './read.ts';
export type { ReadOptions } from './read-options.ts';
