/** A managed instance of Lambda has a vCPU for each 2 GB of memory, unless its owner chooses another ratio. */
const MB_OF_A_CPU = 2_048;
/** As AWS's client. */
const THREADS_OF_A_CPU = 8;
const LOCK = 'lambda-node-extended/log-lock';

/**
 * Starts the threads that run a managed instance's invocations, as AWS's client does. Each of them loads the handler for itself, so
 * they share no module and no variable. Returns false in such a thread, which has the work to do.
 */
export function startThreads(main: URL, environment: NodeJS.ProcessEnv): boolean {
  const { isMainThread, setEnvironmentData, Worker } = process.getBuiltinModule('node:worker_threads');
  if (!isMainThread) return false;

  setEnvironmentData(LOCK, new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const count = countThreads(environment);
  for (let left = count; left > 0; left--) {
    const thread = new Worker(main, { env: environment });
    // AWS's client says nothing, so that invocations would just not be answered.
    // biome-ignore lint/suspicious/noConsole: this goes to the function's standard error
    thread.on('error', (error) => console.error(error));
    thread.on('exit', (status) => {
      // biome-ignore lint/suspicious/noConsole: see above
      console.error(`A thread of the runtime ended with status ${status}, and with it all invocations that it ran.`);
    });
  }
  return true;
}

/** AWS's client counts the CPUs of the machine. Here that is a laptop, so we count those of the function. */
export function countThreads({
  AWS_LAMBDA_NODEJS_WORKER_COUNT: wanted,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memoryMB,
}: NodeJS.ProcessEnv): number {
  if (wanted) return Number.parseInt(wanted, 10);
  return THREADS_OF_A_CPU * Math.max(1, Math.floor(Number(memoryMB ?? 0) / MB_OF_A_CPU));
}

/** Lets one thread work at a time. They write to one descriptor, and a large write may be taken in parts. */
export function oneThreadAtATime(): (work: () => void) => void {
  const { getEnvironmentData } = process.getBuiltinModule('node:worker_threads');
  const lock = new Int32Array(getEnvironmentData(LOCK) as unknown as SharedArrayBuffer);
  return (work) => {
    while (Atomics.compareExchange(lock, 0, 0, 1) !== 0) Atomics.wait(lock, 0, 1);
    try {
      work();
    } finally {
      Atomics.store(lock, 0, 0);
      Atomics.notify(lock, 0, 1);
    }
  };
}
