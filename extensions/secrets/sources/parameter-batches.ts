import type { Clock } from '../../sdk/index.ts';
import type { WantedParameter } from '../wanted.ts';

type FetchOne = (wanted: WantedParameter, signal: AbortSignal) => Promise<string>;
type FetchUpToTen = (wanted: readonly WantedParameter[], signal: AbortSignal) => Promise<(string | undefined)[]>;

/**
 * Lets misses of several parameters within a few milliseconds share one GetParameters. That call needs a permission of its
 * own, which users of AWS's extension may not have given, and fails as a whole: whatever happens to a batch, its members
 * are then fetched one by one.
 */
export function parameterBatches({ connect, fetchOne, fetchUpToTen, clock, onRefused }: BatchOptions): FetchOne {
  const waiting = new Map<boolean, Member[]>();
  let isRefused = false;

  /** At the first miss of all, everybody who asks while the client is being made still gets in. */
  async function closeSoon(withDecryption: boolean, members: Member[]): Promise<void> {
    await connect().catch(() => undefined);
    await clock.sleep(WINDOW_MS);
    if (waiting.get(withDecryption) === members) await flush(withDecryption);
  }

  async function flush(withDecryption: boolean): Promise<void> {
    const members = waiting.get(withDecryption) ?? [];
    waiting.delete(withDecryption);
    const [first, second] = members;
    if (first === undefined) return;
    const values = second === undefined || isRefused ? [] : await fetchTogether(members, first.signal);
    for (const [index, { wanted, signal, resolve }] of members.entries()) {
      resolve(values[index] ?? fetchOne(wanted, signal));
    }
  }

  async function fetchTogether(members: readonly Member[], signal: AbortSignal): Promise<(string | undefined)[]> {
    try {
      return await fetchUpToTen(
        members.map(({ wanted }) => wanted),
        signal,
      );
    } catch (error) {
      isRefused = error instanceof Error && error.name === 'AccessDeniedException';
      if (isRefused) onRefused();
      return [];
    }
  }

  return (wanted, signal) =>
    new Promise((resolve) => {
      const { withDecryption } = wanted;
      const members = waiting.get(withDecryption) ?? [];
      members.push({ wanted, signal, resolve });
      waiting.set(withDecryption, members);
      if (members.length === 1) void closeSoon(withDecryption, members);
      if (members.length === BATCH_SIZE) void flush(withDecryption);
    });
}

interface BatchOptions {
  /** Makes the client, if that has not been done; its errors are the calls' to report. */
  connect: () => Promise<unknown>;
  fetchOne: FetchOne;
  fetchUpToTen: FetchUpToTen;
  clock: Clock;
  /** Told once, when GetParameters is not allowed. */
  onRefused: () => void;
}

interface Member {
  wanted: WantedParameter;
  signal: AbortSignal;
  resolve: (value: string | Promise<string>) => void;
}

/** A call takes some ten milliseconds; requests of one `Promise.all` arrive within a fraction of one. */
const WINDOW_MS = 2;
/** Of GetParameters. */
const BATCH_SIZE = 10;
