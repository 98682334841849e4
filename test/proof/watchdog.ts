import { Worker } from 'node:worker_threads';

/** Kills this process when one case does not return: nothing else can interrupt a loop without end. */
export interface Watchdog extends Disposable {
  /** Before each case. */
  begin(caseNumber: number): void;
}

/**
 * Counts the CPU time of the process, not the clock, so a busy machine cannot raise a false alarm.
 * @param what names the parser in the last words.
 */
export function startWatchdog(what: string, longestMs = LONGEST_MS): Watchdog {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(PROGRAM, { eval: true, execArgv: [], workerData: { shared, what, longestMs } });
  worker.unref();
  return {
    begin: (caseNumber) => Atomics.store(shared, 0, caseNumber),
    [Symbol.dispose]: () => void worker.terminate(),
  };
}

const PROGRAM = `
  const { workerData: { shared, what, longestMs } } = require('node:worker_threads');
  const cpuMs = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1_000; };
  let seen = -1, sinceMs = cpuMs();
  setInterval(() => {
    const now = Atomics.load(shared, 0);
    if (now !== seen) { seen = now; sinceMs = cpuMs(); return; }
    if (cpuMs() - sinceMs < longestMs) return;
    require('node:fs').writeSync(2, 'HANG: case ' + now + ' of "' + what + '" took more than ' + longestMs + ' ms of CPU time\\n');
    process.kill(process.pid, 'SIGKILL');
  }, 500);
`;

/** Some of it is the compiler's and the garbage collector's. */
const LONGEST_MS = 30_000;
