import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import type { Write } from './log-queue.ts';

export interface LogSink {
  readonly write: Write;
  /** Whether bytes that `write` took are still on their way. */
  isBusy(): boolean;
}

/**
 * Standard output, written without waiting for its reader. The function may share the pipe, and `O_NONBLOCK` would lie on what
 * they share: the function would then get `EAGAIN`. So a pipe is opened once more, for this process alone.
 */
export function openLogSink(onRoom: () => void): LogSink {
  try {
    const stats = fstatSync(STDOUT);
    if (stats.isFIFO()) return synchronous(openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK));
    // Files and terminals have room.
    if (!stats.isSocket()) return synchronous(STDOUT);
  } catch {
    // On Lambda the pipe belongs to another user, and cannot be opened again.
  }
  return inAnotherThread(onRoom);
}

function synchronous(fd: number): LogSink {
  return {
    isBusy: () => false,
    write(bytes) {
      try {
        return writeSync(fd, bytes);
      } catch (error) {
        // If the reader is gone, no log is left.
        return isFull(error) ? 0 : bytes.length;
      }
    },
  };
}

/** Node.js cannot ask whether there is room. One write at a time waits in a thread, and the event loop goes on. */
function inAnotherThread(onRoom: () => void): LogSink {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let isWriting = false;

  function next(): void {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    isWriting = bytes.length > 0;
    if (isWriting) writeAll(bytes);
    else onRoom();
  }
  function writeAll(bytes: Buffer): void {
    write(STDOUT, bytes, 0, bytes.length, null, (error, written) => {
      if (isFull(error)) setTimeout(writeAll, RETRY_MS, bytes).unref();
      else if (error === null && written < bytes.length) writeAll(bytes.subarray(written));
      else next();
    });
  }

  return {
    isBusy: () => isWriting,
    write(bytes) {
      if (waitingBytes + bytes.length > MOST_WAITING_BYTES) return 0;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (!isWriting) next();
      return bytes.length;
    },
  };
}

function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'EAGAIN';
}

const STDOUT = 1;
/** As much as a pipe holds. */
const MOST_WAITING_BYTES = 64 * 1024;
const RETRY_MS = 100;
