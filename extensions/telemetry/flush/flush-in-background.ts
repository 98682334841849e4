/** Flushes by a timer on Lambda Managed Instances, which send no INVOKE events. */
export function flushInBackground(flush: () => Promise<void>, isManagedInstances: boolean): { stop(): void } {
  const timer = isManagedInstances ? setInterval(() => void flush(), INTERVAL_MS).unref() : undefined;
  return { stop: () => clearInterval(timer) };
}

const INTERVAL_MS = 30_000;
