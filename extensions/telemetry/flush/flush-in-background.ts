import type { Clock } from '../../sdk/index.ts';

/**
 * Flushes by a timer on Lambda Managed Instances, which send no INVOKE events, and where an invocation may last for 90 minutes.
 * A flush has a bound of its own, so the next one does not wait for it.
 */
export function flushInBackground({ flush, clock, isManagedInstances }: BackgroundOptions): { stop(): void } {
  let cancel = () => {};
  const wait = () => {
    cancel = clock.after(INTERVAL_MS, () => {
      wait();
      void flush();
    });
  };
  if (isManagedInstances) wait();
  return { stop: () => cancel() };
}

interface BackgroundOptions {
  readonly flush: () => Promise<void>;
  readonly clock: Pick<Clock, 'after'>;
  readonly isManagedInstances: boolean;
}

const INTERVAL_MS = 30_000;
