/** For the function: secrets and parameters from the extension, typed, with a tier in the function's own memory. */
export { AccessDeniedError, NotFoundError, ReadError, UnavailableError, UnexpectedValueError } from './errors.ts';
export {
  getParameter,
  getParametersByPath,
  type ParameterOptions,
  type ParameterPathOptions,
} from './get-parameter.ts';
export { getSecret, type SecretOptions } from './get-secret.ts';
export { clearMemory, type ReadOptions } from './read.ts';
