import type { Clock } from '../foundation/clock.ts';
import { LatestMap } from '../foundation/latest-map.ts';

/** As far as batches know it. Equal ones have equal keys. */
export interface BatchableParameter {
  readonly name: string;
  readonly withDecryption: boolean;
  readonly key: string;
}

type FetchOne<P> = (wanted: P, signal: AbortSignal) => Promise<string>;
type FetchUpToTen<P> = (wanted: readonly P[], signal: AbortSignal) => Promise<(string | undefined)[]>;

/**
 * Lets misses of several parameters within a few milliseconds share one GetParameters. That call needs a permission of its
 * own, which users of AWS's extension may not have given, and is refused as a whole: its members are then fetched one by
 * one. The parameters that made AWS refuse the batch stay out of batches for a while, so that the others share calls again. A
 * transient failure is all members' failure: more calls would prolong it.
 */
export function parameterBatches<P extends BatchableParameter>({
  fetchOne,
  fetchUpToTen,
  windowMs,
  clock,
  isTransient,
  isRefusal,
  onRefused,
}: BatchOptions<P>): FetchOne<P> {
  const waiting = new Map<boolean, Member<P>[]>();
  /** Until when a parameter is fetched by itself, by its key. */
  const aloneUntilMs = new LatestMap<string, number>(MOST_ALONE);

  async function closeSoon(withDecryption: boolean, members: Member<P>[]): Promise<void> {
    await clock.sleep(windowMs);
    if (waiting.get(withDecryption) === members) await flush(withDecryption);
  }

  async function flush(withDecryption: boolean): Promise<void> {
    const members = waiting.get(withDecryption) ?? [];
    waiting.delete(withDecryption);
    const [first, second] = members;
    if (first === undefined) return;
    const outcome = second === undefined ? FETCHED_NOTHING : await fetchTogether(members, first.signal);
    if ('error' in outcome) {
      for (const { reject } of members) reject(outcome.error);
      return;
    }
    const fetches = members.map(({ wanted, signal, resolve }, index) => {
      const value = outcome.values[index] ?? fetchOne(wanted, signal);
      resolve(value);
      return value;
    });
    if (outcome.isRefused) await rememberRefused(members, fetches);
  }

  async function fetchTogether(
    members: readonly Member<P>[],
    signal: AbortSignal,
  ): Promise<Outcome | { error: unknown }> {
    try {
      const wanted = members.map((member) => member.wanted);
      return { values: await fetchUpToTen(wanted, signal), isRefused: false };
    } catch (error) {
      if (isTransient(error)) return { error };
      return { values: [], isRefused: isRefusal(error) };
    }
  }

  /** AWS refuses a batch for one member that may not be read, or for all, where GetParameters itself is not allowed. */
  async function rememberRefused(members: readonly Member<P>[], fetches: (string | Promise<string>)[]): Promise<void> {
    const outcomes = await Promise.allSettled(fetches);
    const refused = members.filter((_member, index) => {
      const outcome = outcomes[index];
      return outcome?.status === 'rejected' && isRefusal(outcome.reason);
    });
    const guilty = refused.length > 0 ? refused : members;
    for (const { wanted } of guilty) aloneUntilMs.set(wanted.key, clock.wallMs() + ALONE_MS);
    onRefused(guilty.map(({ wanted }) => wanted.name));
  }

  return (wanted, signal) => {
    if (clock.wallMs() < (aloneUntilMs.get(wanted.key) ?? 0)) return fetchOne(wanted, signal);
    return new Promise((resolve, reject) => {
      const { withDecryption } = wanted;
      const members = waiting.get(withDecryption) ?? [];
      members.push({ wanted, signal, resolve, reject });
      waiting.set(withDecryption, members);
      if (members.length === 1) void closeSoon(withDecryption, members);
      if (members.length === BATCH_SIZE) void flush(withDecryption);
    });
  };
}

interface BatchOptions<P> {
  fetchOne: FetchOne<P>;
  fetchUpToTen: FetchUpToTen<P>;
  /** How long the first of a batch waits for others. */
  windowMs: number;
  clock: Clock;
  /** Whether the same call may succeed later. */
  isTransient: (error: unknown) => boolean;
  /** Whether the role may not make this call. */
  isRefusal: (error: unknown) => boolean;
  /** Called with the names that AWS refused to give in a batch. */
  onRefused: (names: readonly string[]) => void;
}

interface Member<P> {
  wanted: P;
  signal: AbortSignal;
  resolve: (value: string | Promise<string>) => void;
  reject: (error: unknown) => void;
}

interface Outcome {
  /** In the order of the members; absent for those to be fetched by themselves. */
  readonly values: readonly (string | undefined)[];
  readonly isRefused: boolean;
}

const FETCHED_NOTHING: Outcome = { values: [], isRefused: false };
/** Of GetParameters. */
const BATCH_SIZE = 10;
/** Permissions change seldom, and each try costs a call that fails. */
const ALONE_MS = 5 * 60_000;
const MOST_ALONE = 1_000;
