import { readSettings, truth, wholeNumber } from '../foundation/settings.ts';

export type TtlVariable = 'SECRETS_MANAGER_TTL' | 'SSM_PARAMETER_STORE_TTL';

/** For how many seconds the extension keeps such values: 0 where its cache is off. It reads the same variables. */
export function extensionTtlSeconds(variable: TtlVariable): number {
  const known = ttls.get(variable);
  if (known !== undefined) return known;

  const { isCacheEnabled, cacheItems, ttlSeconds } = readSettings(
    {
      isCacheEnabled: truth('PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED', true, ''),
      cacheItems: wholeNumber('PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE', 1_000, '', { from: 0, to: 1_000 }),
      ttlSeconds: wholeNumber(variable, 300, '', { from: 0, to: 86_400 }),
    },
    process.env,
  ).values;
  const ttl = isCacheEnabled && cacheItems > 0 ? ttlSeconds : 0;
  ttls.set(variable, ttl);
  return ttl;
}

export function forgetExtensionTtls(): void {
  ttls.clear();
}

/** A read from memory takes a microsecond, and so does a look at the environment. */
const ttls = new Map<TtlVariable, number>();
