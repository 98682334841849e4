import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Command {
  readonly file: string;
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** The last 10,000 characters that the process printed. */
  output(): string;
  /** Rejects with the output when the process ends. */
  readonly ended: Promise<never>;
}

/**
 * Starts a process that lives until the end of the scope. By `spawn`, because execa returns 0.5 to 1.5 ms later: the start of a
 * supervisor, which is measured from here, takes some 2 ms in all.
 */
export function start({ file, arguments: args = [], environment = {} }: Command): Running {
  const child = spawn(file, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);

  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
    });
  }
  const ended = endOf(child).then((how): never => {
    throw new Error(`${file} ended (${how}). It printed:\n${output}`);
  });
  ended.catch(() => undefined);

  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    async [Symbol.asyncDispose]() {
      process.off('exit', killWithUs);
      if (child.kill('SIGKILL')) await endOf(child);
    },
  };
}

async function endOf(child: ChildProcess): Promise<string> {
  if (child.exitCode !== null || child.signalCode !== null) return String(child.exitCode ?? child.signalCode);
  try {
    const [code, signal] = await once(child, 'exit');
    return String(code ?? signal);
  } catch (error) {
    return String(error);
  }
}
