import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { freePort } from '../servers/free-port.ts';

export interface HostProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Everything it wrote so far. */
  readonly output: string;
  /** Resolves with the first line that matches. */
  line(pattern: RegExp): Promise<string>;
  /** Resolves with the exit code. */
  readonly exit: Promise<number | null>;
}

export const optFolder = fileURLToPath(new URL('../../../dist/opt', import.meta.url));
export const separateOptFolder = fileURLToPath(new URL('../../../dist/opt-separate', import.meta.url));
/** The host without a supervisor, under the names of both layouts. */
export const aloneOptFolder = fileURLToPath(new URL('../../../dist/opt-alone', import.meta.url));
export const SESSION_TOKEN = 'the-session-token';

/** Starts an executable of a layout as Lambda would; `through` is a command that starts it instead. */
export async function startHost(
  executable: string,
  environment: Record<string, string>,
  { through = [], uid }: { through?: readonly string[]; uid?: number } = {},
): Promise<HostProcess> {
  const [command = executable, ...args] = [...through, executable];
  const child = execa(command, args, {
    extendEnv: false,
    reject: false,
    buffer: false,
    env: {
      PATH: process.env.PATH ?? '',
      EXTENSIONS_HTTP_PORT: String(await freePort()),
      EXTENSIONS_REDACTION_PORT: String(await freePort()),
      AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(await freePort()),
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_SESSION_TOKEN: SESSION_TOKEN,
      ...environment,
    },
    stdin: 'ignore',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let output = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const watch of watchers) watch();
    });
  }
  const exit = child.then(({ exitCode = null }) => exitCode);

  return {
    process: child,
    get output() {
      return output;
    },
    exit,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const found = output.split('\n').find((line) => pattern.test(line));
          if (found === undefined) return;
          watchers.delete(watch);
          resolve(found);
        };
        watchers.add(watch);
        watch();
        void exit.then(() => setImmediate(() => reject(new Error(`It ended without ${pattern}:\n${output}`))));
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
