import { logQueue, type Notice } from './log-queue.ts';
import { type LogSink, openLogSink } from './log-sink.ts';

/**
 * Writes a line to standard output, and never waits: nobody may read the log, and the function must go on. A line for which
 * there is no room is dropped. `process.stdout` would load the stream modules, and a line of an extension is rare and short.
 */
export function writeLine(line: string, notice: Notice = explainDropped): void {
  output ??= open();
  if (!output.queue.add(line, notice)) output.retry();
}

export function explainDropped(dropped: number): string {
  return `Dropped ${dropped} log lines, because the log was full: nobody read it.`;
}

/** Resolves when all lines are written, or time is up; returns whether they are. To be awaited before the process ends. */
export async function linesWritten(longestMs: number): Promise<boolean> {
  for (let leftMs = longestMs; output?.sink.isBusy() && leftMs > 0; leftMs -= POLL_MS)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return !output?.sink.isBusy();
}

interface Output {
  readonly sink: LogSink;
  readonly queue: ReturnType<typeof logQueue>;
  retry(): void;
}

/** Standard output is the process's, and so is its queue. */
let output: Output | undefined;

function open(): Output {
  let timer: NodeJS.Timeout | undefined;
  const catchUp = () => {
    if (queue.catchUp()) {
      clearInterval(timer);
      timer = undefined;
    }
  };
  const sink = openLogSink(catchUp);
  const queue = logQueue(sink.write);
  return {
    sink,
    queue,
    retry() {
      timer ??= setInterval(catchUp, RETRY_MS).unref();
    },
  };
}

const POLL_MS = 5;
const RETRY_MS = 1_000;
