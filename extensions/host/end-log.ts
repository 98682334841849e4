import { linesWritten } from '../../foundation/write-line.ts';

/**
 * Waits until the last lines are written, and kills this process if nobody reads them: at its own exit Node.js would wait for
 * the thread that waits for the reader. Each bundle has lines of its own.
 */
export async function endLog(): Promise<void> {
  if (!(await linesWritten(LONGEST_WRITE_MS))) process.kill(process.pid, 'SIGKILL');
}

const LONGEST_WRITE_MS = 100;
