import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../emulator/main.ts', import.meta.url));
const FREE_PORTS = ['--port', '0', '--runtime-api-port', '0'];

export interface RunningCommand extends AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  readonly folder: string;
  /** Lines of standard output so far. */
  readonly lines: string[];
  /** The first line, from the past too, that fits. Rejects when the command ends before. */
  line(pattern: RegExp): Promise<string>;
  readonly ended: Promise<{ status: number | null; output: string; errors: string }>;
}

/** Runs `dev` on free ports in a folder of its own with these files. */
export function startDev(flags: readonly string[], files: Readonly<Record<string, string>>) {
  return startCommand(['dev', ...FREE_PORTS, ...flags], files);
}

/** Runs the command in a folder of its own with these files. */
export async function startCommand(
  words: readonly string[],
  files: Readonly<Record<string, string>>,
  input = '',
): Promise<RunningCommand> {
  const folder = mkdtempSync(join(tmpdir(), 'command-'));
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), source);
  }
  const child = spawn(process.execPath, [MAIN, ...words], { cwd: folder });
  child.stdin.end(input);
  const lines: string[] = [];
  const arrivals = new EventTarget();
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdout.on('data', (chunk) => {
    output += chunk;
    lines.splice(0, lines.length, ...output.split('\n').slice(0, -1));
    arrivals.dispatchEvent(new Event('line'));
  });
  const ended = once(child, 'close').then(([status]) => ({ status, output, errors }));
  return {
    process: child,
    folder,
    lines,
    ended,
    async line(pattern) {
      for (;;) {
        const found = lines.find((line) => pattern.test(line));
        if (found !== undefined) return found;
        await Promise.race([
          once(arrivals, 'line'),
          ended.then(() => Promise.reject(new Error(`It ended: ${errors}`))),
        ]);
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
