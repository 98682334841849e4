import type { AwsServices, Clock, SettingValues } from '../sdk/index.ts';
import { Cache } from './cache.ts';
import type { Wanted } from './routes.ts';
import type { settings } from './settings.ts';
import { parameterStoreSource } from './sources/parameter-store.ts';
import { secretsManagerSource } from './sources/secrets-manager.ts';
import { upstreamTimeoutMs } from './upstream-timeout.ts';

/** The body for what was asked: from memory, or from AWS by one call for all who ask at the same time. */
export type ReadValue = (wanted: Wanted) => Buffer | Promise<Buffer>;

/**
 * @param deadlineMs of the running invocation, if one runs.
 */
export function valueReader({ settings, aws, clock, deadlineMs }: ValueReaderOptions): {
  read: ReadValue;
  clear(): void;
} {
  const maxItems = settings.isCacheEnabled ? settings.cacheItems : 0;
  const cache = new Cache({ maxItems, maxBytes: settings.cacheBytes }, clock);
  const fetchSecret = secretsManagerSource(aws, settings.maxConnections);
  const fetchParameter = parameterStoreSource(aws, settings.maxConnections);

  const timeout = (configuredMs: number) =>
    AbortSignal.timeout(upstreamTimeoutMs({ configuredMs, deadlineMs: deadlineMs(), nowMs: clock.wallMs() }));
  const fetchBody = async ({ kind, request }: Wanted) =>
    Buffer.from(
      kind === 'secret'
        ? await fetchSecret(request, timeout(settings.secretTimeoutMs))
        : await fetchParameter(request, timeout(settings.parameterTimeoutMs)),
    );

  return {
    read(wanted) {
      const ttlSeconds = wanted.kind === 'secret' ? settings.secretTtlSeconds : settings.parameterTtlSeconds;
      return cache.read(JSON.stringify(wanted), ttlSeconds, () => fetchBody(wanted));
    },
    clear: () => cache.clear(),
  };
}

interface ValueReaderOptions {
  settings: SettingValues<typeof settings>;
  aws: AwsServices;
  clock: Clock;
  deadlineMs: () => number | undefined;
}
