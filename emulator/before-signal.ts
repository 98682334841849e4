/**
 * Calls `work` before a signal ends this process. A script that handles the signal itself decides on its own when to close
 * the emulator, so nothing happens then.
 */
export function beforeSignal(work: () => void): Disposable {
  const onSignal = (name: NodeJS.Signals) => {
    if (process.listeners(name).some((listener) => !ours.has(listener))) return;
    work();
    stop();
    // Without a listener the signal does what it does by default. Of several emulators the last one gets there.
    if (process.listenerCount(name) === 0) process.kill(process.pid, name);
  };
  const stop = () => {
    for (const name of SIGNALS) process.off(name, onSignal);
    ours.delete(onSignal);
  };
  ours.add(onSignal);
  // Before all others: a listener that hears the signal only once is gone when its turn is over.
  for (const name of SIGNALS) process.prependListener(name, onSignal);
  return { [Symbol.dispose]: stop };
}

/** Of all emulators in this process. */
const ours = new Set<unknown>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
