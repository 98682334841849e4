/** Flushes by the clock on Lambda Managed Instances: invocations run side by side there, so none of them can trigger a flush. */
export function flushInBackground(flush: () => Promise<void>, isManagedInstances: boolean): { stop(): void } {
  const timer = isManagedInstances ? setInterval(() => void flush(), INTERVAL_MS).unref() : undefined;
  return { stop: () => clearInterval(timer) };
}

const INTERVAL_MS = 30_000;
