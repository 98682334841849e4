import { valueCache } from '../../aws-call/value-cache.ts';
import { describeWanted, type Wanted, wantedOf } from '../../aws-call/wanted.ts';
import { onceAMinute } from '../../foundation/once-a-minute.ts';
import type { Clock, Log, SettingValues } from '../sdk/index.ts';
import { aliasesOf } from './aliases.ts';
import { failureLine } from './failure-line.ts';
import { GoneValues } from './gone-values.ts';
import type { SecretsMetrics } from './metrics.ts';
import type { settings } from './settings.ts';
import { lazily, type Source } from './sources/source.ts';

export type ValueReader = ReturnType<typeof valueReader>;

/**
 * The body for what was asked: from memory, or from the source by one call for all who ask at the same time.
 * @param deadlineMs of the running invocation, if one runs.
 */
export function valueReader(options: ValueReaderOptions) {
  const { settings, source, clock, log, metrics, deadlineMs, random } = options;
  const gone = new GoneValues();
  const { cache, ttlMs, signalFor, watched } = valueCache({
    settings,
    clock,
    deadlineMs,
    warn: log.warn,
    onGone: (one) => gone.keep(one, clock.wallMs()),
    ...(random === undefined ? {} : { random }),
  });
  /** A function may try again and again. */
  const sayFailure = onceAMinute(log.error, clock.wallMs);
  /** Each failure is one line, however many wait for the value, even if a stale value is served. */
  const fetchOrLog = async (wanted: Wanted, signal = signalFor(wanted)) => {
    const beganAtMs = clock.monotonicMs();
    try {
      const value = await watched(wanted, () => source.fetch(wanted, signal));
      log.debug(`${describeWanted(wanted)}: the source answered in ${Math.round(clock.monotonicMs() - beganAtMs)} ms`);
      return value;
    } catch (error) {
      sayFailure(failureLine(wanted, error));
      throw error;
    }
  };
  /** Its lines are made only where somebody reads them: a read from memory takes a microsecond. */
  const isVerbose = settings.logLevel === 'debug';
  const readBy = (wanted: Wanted, load: () => Promise<string>, callsWithout = 1) =>
    cache.read(wanted.key, ttlMs(wanted), load, (outcome) => {
      metrics.read(wanted.kind, outcome, callsWithout);
      if (isVerbose) log.debug(`${describeWanted(wanted)}: ${OUTCOMES[outcome]}`);
    });

  /** Fetches what is missing in few calls where the source does so, and the rest one by one. */
  function together() {
    const missing: Wanted[] = [];
    const fetched = lazily(async () => {
      // The others of the same batch are read in the same turn.
      await undefined;
      const [first] = missing;
      if (first === undefined || missing.length === 1) return undefined;
      const many = await source.fetchMany(missing, signalFor(first));
      if (many.found.length > 0) log.debug(`batches brought ${many.found.length} of ${missing.length} secrets`);
      return many;
    });
    return async (wanted: Wanted) => {
      missing.push(wanted);
      const fetch = cache.begin();
      // One bound for both tries.
      const signal = signalFor(wanted);
      const found = (await fetched())?.found.find((one) => one.wanted.key === wanted.key)?.value;
      const value = found ?? (await fetchOrLog(wanted, signal));
      storeUnderAllNames(wanted, value, fetch);
      return value;
    };
  }

  async function fetchAlone(wanted: Wanted): Promise<string> {
    const fetch = cache.begin();
    const value = await fetchOrLog(wanted);
    storeUnderAllNames(wanted, value, fetch);
    return value;
  }

  function storeUnderAllNames(wanted: Wanted, value: string, fetch: number): void {
    for (const { key } of [wanted, ...aliasesOf(wanted, value)]) cache.store(key, ttlMs(wanted), value, fetch);
  }

  return {
    read: (wanted: Wanted) => readBy(wanted, () => fetchOrLog(wanted)),

    readMany(wanted: readonly Wanted[]): Promise<PromiseSettledResult<string>[]> {
      const fetch = together();
      // A function that may use batches would use them, too.
      const isBatched = settings.batchMode === 'always';
      const callsWithout = isBatched ? Math.ceil(wanted.length / BATCH_SIZE) / wanted.length : 1;
      return Promise.allSettled(wanted.map((one) => readBy(one, () => fetch(one), callsWithout)));
    },

    /** Asks the source even if the value is in memory. */
    async refresh(wanted: Wanted): Promise<string> {
      const value = await cache.refresh(wanted.key, ttlMs(wanted), () => fetchOrLog(wanted));
      metrics.read(wanted.kind, 'miss');
      return value;
    },

    /** Fetches values before anybody asks; readers who ask during the call wait for it. What fails is logged. */
    async prefetch(wanted: readonly Wanted[]): Promise<void> {
      const fetch = together();
      await Promise.allSettled(
        wanted.map((one) =>
          one.kind === 'path'
            ? fetchBelow(one)
            : cache.refresh(one.key, ttlMs(one), () => (one.kind === 'secret' ? fetch(one) : fetchAlone(one))),
        ),
      );
    },

    /** Renews what is in use and about to expire. Resolves when that is done or has failed; after a failure the old value stays. */
    async refreshAhead(): Promise<void> {
      const due = settings.refreshAhead === 0 ? [] : cache.keysToRefresh(settings.refreshAhead);
      const renewals = due.map((key) => {
        const wanted = wantedOf(key);
        return cache.refresh(key, ttlMs(wanted), () => fetchOrLog(wanted));
      });
      await Promise.allSettled(renewals);
    },

    /** Forgets a secret in all its versions and stages, under any of its names. */
    invalidate(secretId: string): void {
      cache.forget((key, value) => {
        const wanted = wantedOf(key);
        if (wanted.kind !== 'secret') return false;
        // It is being fetched, and may turn out to be the one that is meant.
        if (value === undefined) return true;
        const { ARN, Name } = JSON.parse(value);
        return [wanted.secretId, ARN, Name].includes(secretId);
      });
    },

    /** Forgets every value, also for redaction. What is being fetched reaches its readers and is not kept. */
    forgetAll(): void {
      cache.forget(() => true);
      // They are there now.
      gone.clear();
    },

    /** What is in memory, and what was served from it until a short while ago. */
    *servedValues(): Iterable<string> {
      yield* cache.values();
      yield* gone.values(clock.wallMs());
    },
  };

  async function fetchBelow(wanted: Wanted): Promise<void> {
    const fetch = cache.begin();
    const { found, failures } = await source.fetchMany([wanted], signalFor(wanted));
    log.debug(`${describeWanted(wanted)}: ${found.length} parameters`);
    for (const one of found) storeUnderAllNames(one.wanted, one.value, fetch);
    for (const { error } of failures) sayFailure(failureLine(wanted, error));
  }
}

interface ValueReaderOptions {
  settings: SettingValues<typeof settings>;
  source: Source;
  clock: Clock;
  log: Log;
  metrics: SecretsMetrics;
  deadlineMs: () => number | undefined;
  /** From 0 to 1. */
  random?: () => number;
}

const OUTCOMES = { hit: 'from memory', miss: 'not in memory', stale: 'a stale value from memory' } as const;
/** Of BatchGetSecretValue. */
const BATCH_SIZE = 20;
