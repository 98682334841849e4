import type { Log } from '../../sdk/index.ts';
import type { Destination } from '../deliver/destination.ts';

export interface FlushBeforeSnapshotOptions {
  readonly destinations: readonly Pick<Destination, 'name' | 'flush' | 'dropRest'>[];
  /** Resolves when all have taken their items, or when time is up. */
  readonly flush: (signal: AbortSignal) => Promise<void>;
  /** Of those that cannot be sent to before the restore. */
  readonly withReferences: ReadonlySet<string>;
  readonly log: Pick<Log, 'warn'>;
}

/** Sends what waits, and drops the rest: each environment that begins from the snapshot would send it. */
export async function flushBeforeSnapshot(options: FlushBeforeSnapshotOptions, signal: AbortSignal): Promise<void> {
  const { destinations, flush, withReferences, log } = options;
  await flush(signal);
  // Nobody waited for one that was down. What it is being sent would be in no count. A flush could not read the references.
  const tried = destinations.filter(({ name }) => !withReferences.has(name));
  await Promise.all(tried.map((destination) => destination.flush(AbortSignal.abort(), true)));
  for (const destination of destinations) {
    const { name } = destination;
    const dropped = destination.dropRest();
    if (dropped === 0) continue;
    const why = withReferences.has(name)
      ? 'references in its settings are read after the restore'
      : 'it did not take them';
    log.warn(`Dropped ${dropped} records of INIT for ${name} before the snapshot, because ${why}.`);
  }
}
