import { createApiClient } from './api-client.ts';

const WAITING = 0;
const POSTED = 1;

export interface RuntimeAddress {
  readonly host: string;
  readonly port: number;
}

/** What the thread gets from the one that starts it. */
interface PosterData extends RuntimeAddress {
  readonly poster: Int32Array;
}

/**
 * Starts a thread that posts, and returns a function that waits until it has. Node.js cannot wait for a request in the thread that
 * makes it.
 */
export function startPoster(main: URL, runtime: RuntimeAddress): (path: string, body: string) => void {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const poster = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: PosterData = { ...runtime, poster };
  // Without the function's variables, of which NODE_OPTIONS would load its code here, too.
  const thread = new Worker(main, { workerData, env: {}, execArgv: [], stdin: false });
  thread.unref();
  return (path, body) => {
    Atomics.store(poster, 0, WAITING);
    thread.postMessage({ path, body });
    Atomics.wait(poster, 0, WAITING);
  };
}

/** The work of such a thread. Returns false in any other one. */
export function servePosts(): boolean {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const { poster, host, port } = (workerData ?? {}) as Partial<PosterData>;
  if (!parentPort || !poster || !host || !port) return false;
  const client = createApiClient(host, port, false);
  parentPort.on('message', ({ path, body }: { path: string; body: string }) => {
    const end = () => {
      Atomics.store(poster, 0, POSTED);
      Atomics.notify(poster, 0);
    };
    // A failure is not the client's: the emulator has ended.
    client.post(path, body).then(end, end);
  });
  return true;
}
