import { logLevels } from '../../foundation/log.ts';
import { oneOf, port, truth, wholeNumber } from '../../foundation/settings.ts';

const oneDayInSeconds = 86_400;
const ttlRange = { from: 0, to: oneDayInSeconds };
const timeoutRange = { from: 0, to: 900_000 };

/** The variables of AWS's Parameters and Secrets extension, and what that one lacks. */
export const settings = {
  httpPort: port('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', 2773, 'Local port.'),
  isCacheEnabled: truth('PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED', true, 'Whether values are kept in memory.'),
  cacheItems: wholeNumber(
    'PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE',
    1_000,
    'How many secrets and parameters are kept; 0 keeps none.',
    { from: 0, to: 1_000 },
  ),
  cacheBytes: wholeNumber(
    'SECRETS_CACHE_MAX_BYTES',
    16 * 1024 * 1024,
    'How many bytes the kept values may take together.',
    { from: 65_536, to: 1024 * 1024 * 1024 },
  ),
  maxConnections: wholeNumber(
    'PARAMETERS_SECRETS_EXTENSION_MAX_CONNECTIONS',
    3,
    'Connections to each of the two services.',
    { from: 1, to: 1_000 },
  ),
  logLevel: oneOf(
    'PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL',
    logLevels,
    'info',
    'The least important lines that this extension logs.',
  ),
  secretTtlSeconds: wholeNumber(
    'SECRETS_MANAGER_TTL',
    300,
    'How long a secret is served from memory; 0 keeps none.',
    ttlRange,
  ),
  secretTimeoutMs: wholeNumber(
    'SECRETS_MANAGER_TIMEOUT_MILLIS',
    0,
    'Bound of a call to Secrets Manager; 0 takes 10 s or what the invocation leaves, and 3 s before the first invocation.',
    timeoutRange,
  ),
  parameterTtlSeconds: wholeNumber(
    'SSM_PARAMETER_STORE_TTL',
    300,
    'How long a parameter is served from memory; 0 keeps none.',
    ttlRange,
  ),
  parameterTimeoutMs: wholeNumber(
    'SSM_PARAMETER_STORE_TIMEOUT_MILLIS',
    0,
    'Bound of a call to Systems Manager; 0 as above.',
    timeoutRange,
  ),
};
