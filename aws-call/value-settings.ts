import { fraction, truth, wholeNumber } from '../foundation/settings.ts';
import { LONGEST_TIMEOUT_MS } from '../lambda-api/limits.ts';

const oneDayInSeconds = 86_400;
const ttlRange = { from: 0, to: oneDayInSeconds };
const timeoutRange = { from: 0, to: LONGEST_TIMEOUT_MS };

/** How values of Secrets Manager and Parameter Store are read and kept, by the extension and by the client in the function. */
export const valueSettings = {
  isCacheEnabled: truth('PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED', true, 'Keeps values in memory.'),
  cacheItems: wholeNumber(
    'PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE',
    1_000,
    'How many secrets and parameters are kept in memory; 0 keeps none.',
    { from: 0, to: 1_000 },
  ),
  cacheBytes: wholeNumber(
    'SECRETS_CACHE_MAX_BYTES',
    16 * 1024 * 1024,
    'How many bytes the values in memory may take together.',
    { from: 65_536, to: 1024 * 1024 * 1024 },
  ),
  maxConnections: wholeNumber(
    'PARAMETERS_SECRETS_EXTENSION_MAX_CONNECTIONS',
    3,
    'How many connections each of the two services may have.',
    { from: 1, to: 1_000 },
  ),
  secretTtlSeconds: wholeNumber(
    'SECRETS_MANAGER_TTL',
    300,
    'How long a secret is served from memory, in seconds; 0 disables the cache.',
    ttlRange,
  ),
  secretTimeoutMs: wholeNumber(
    'SECRETS_MANAGER_TIMEOUT_MILLIS',
    0,
    'How long a call to Secrets Manager may take, in milliseconds. 0: what the invocation has left, 10 s at most; 3 s before the first invocation.',
    timeoutRange,
  ),
  parameterTtlSeconds: wholeNumber(
    'SSM_PARAMETER_STORE_TTL',
    300,
    'How long a parameter is served from memory, in seconds; 0 disables the cache.',
    ttlRange,
  ),
  parameterTimeoutMs: wholeNumber(
    'SSM_PARAMETER_STORE_TIMEOUT_MILLIS',
    0,
    'How long a call to Systems Manager may take, in milliseconds; 0 as for Secrets Manager.',
    timeoutRange,
  ),
  ttlJitter: fraction(
    'SECRETS_TTL_JITTER',
    0.1,
    'The share of its time to live, from 0 to 1, by which a value may expire earlier, at random. So environments that started together do not ask AWS together again. 0: no jitter.',
  ),
  refreshAhead: fraction(
    'SECRETS_REFRESH_AHEAD',
    0.2,
    'The last share of the time to live, from 0 to 1. An invocation during that share renews the values in use; 0 renews none.',
  ),
  staleIfErrorSeconds: wholeNumber(
    'SECRETS_STALE_IF_ERROR_SECONDS',
    3_600,
    'How long a stale value is served while AWS cannot be reached, in seconds; 0 serves none.',
    { from: 0, to: 7 * oneDayInSeconds },
  ),
};
