import { logLevels } from '../../foundation/log.ts';
import { fraction, list, oneOf, port, text, truth, wholeNumber } from '../../foundation/settings.ts';
import { LONGEST_TIMEOUT_MS } from '../../lambda-api/limits.ts';

const oneDayInSeconds = 86_400;
const ttlRange = { from: 0, to: oneDayInSeconds };
const timeoutRange = { from: 0, to: LONGEST_TIMEOUT_MS };

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
  prefetch: list(
    'SECRETS_PREFETCH',
    [],
    'What to fetch before the function starts: names and ARNs of secrets, parameters by `/name` or ARN, and `/path/*` for all parameters below a path.',
  ),
  refreshAhead: fraction(
    'SECRETS_REFRESH_AHEAD',
    0.2,
    'The last part of its time to live in which an invocation renews a value that is in use; 0 renews none.',
  ),
  staleIfErrorSeconds: wholeNumber(
    'SECRETS_STALE_IF_ERROR_SECONDS',
    3_600,
    'For how long after its time to live a value may stand in while AWS cannot be reached; 0 for not at all.',
    { from: 0, to: 7 * oneDayInSeconds },
  ),
  localFile: text('SECRETS_LOCAL_FILE', undefined, 'A file (JSON or dotenv) that takes AWS’s place in the emulator.'),
  isLocalFileForced: truth('SECRETS_LOCAL_FILE_FORCE', false, 'Takes the file outside the emulator, too.'),
};
