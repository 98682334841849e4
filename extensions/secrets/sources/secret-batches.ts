import type { WantedSecret } from '../../../aws-call/wanted.ts';
import type { Clock } from '../../sdk/index.ts';
import { type Fetched, joinFetched, NOTHING_FETCHED } from './source.ts';

/** Whether several secrets that are wanted together are fetched by BatchGetSecretValue. */
export const batchModes = ['auto', 'always', 'never'] as const;

/**
 * Fetches several secrets by BatchGetSecretValue, or nothing: what it does not bring is then read one by one. AWS allows 100
 * batches a second in a Region, and 10,000 single reads. A batch for each cold start would use that up for all functions. So
 * `auto` batches only on managed instances, which start seldom. After a throttled batch there are none for a while.
 */
export function secretBatches({
  mode,
  isManagedInstances,
  fetchBatch,
  isThrottled,
  onThrottled,
  clock,
  random,
}: SecretBatchesOptions) {
  const isOn = mode === 'always' || (mode === 'auto' && isManagedInstances);
  let aloneUntilMs = 0;

  /** Others were throttled at this moment, too: those that now read one by one do not begin together. */
  async function fallBack(): Promise<void> {
    if (clock.wallMs() >= aloneUntilMs) onThrottled();
    aloneUntilMs = clock.wallMs() + ALONE_MS;
    await clock.sleep(random() * LONGEST_DELAY_MS);
  }

  async function fetchOrFallBack(ids: readonly WantedSecret[], signal: AbortSignal): Promise<Fetched> {
    try {
      return await fetchBatch(ids, signal);
    } catch (error) {
      if (isThrottled(error)) await fallBack();
      return NOTHING_FETCHED;
    }
  }

  return async (wanted: readonly WantedSecret[], signal: AbortSignal): Promise<Fetched> => {
    if (!isOn || clock.wallMs() < aloneUntilMs) return NOTHING_FETCHED;
    const batches: WantedSecret[][] = [];
    for (let from = 0; from < wanted.length; from += BATCH_SIZE) batches.push(wanted.slice(from, from + BATCH_SIZE));
    const worthwhile = batches.filter((batch) => batch.length > 1);
    return joinFetched(await Promise.all(worthwhile.map((batch) => fetchOrFallBack(batch, signal))));
  };
}

interface SecretBatchesOptions {
  readonly mode: (typeof batchModes)[number];
  readonly isManagedInstances: boolean;
  readonly fetchBatch: (ids: readonly WantedSecret[], signal: AbortSignal) => Promise<Fetched>;
  readonly isThrottled: (error: unknown) => boolean;
  /** Called when reading one by one begins. */
  readonly onThrottled: () => void;
  readonly clock: Pick<Clock, 'wallMs' | 'sleep'>;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Of BatchGetSecretValue. */
const BATCH_SIZE = 20;
const ALONE_MS = 5 * 60_000;
/** Less than a reader outside of an invocation waits. */
const LONGEST_DELAY_MS = 1_000;
