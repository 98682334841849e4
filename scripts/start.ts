/** Runs the template function with the extensions on our own emulator, without Docker or AWS: `npm start`. */
import { copyFileSync, mkdirSync, watch, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type BuildOptions, context } from 'esbuild';
import { execa } from 'execa';
import { buildOnce } from './build-once.ts';
import { whenCalled } from './command.ts';

const ROOT = resolve(import.meta.dirname, '..');
const TEMPLATE = resolve(ROOT, 'handler-template');
const FUNCTION = resolve(ROOT, 'dist/template');
const VALUES = resolve(TEMPLATE, 'local-values.json');
const PORT = process.env.FUNCTION_PORT || '9000';
const HELP = `npm start runs the template function on the emulator, with the extensions and with local-values.json in place of AWS.

FUNCTION_PORT=9001 npm start   takes invocations on another port than 9000

Edits of handler-template/src and of handler-template/local-values.json are seen by the next invocation. Ctrl-C ends it.`;

await whenCalled(import.meta, async (args) => {
  if (args.length > 0) {
    if (!args.every((arg) => arg === '-h' || arg === '--help'))
      throw new Error(`Unknown: ${args.join(' ')}\n\n${HELP}`);
    return console.log(HELP);
  }
  buildOnce();
  const template = await followTemplate();
  try {
    process.exitCode = await run();
  } finally {
    await template.close();
  }
});

/** Runs the emulator until it ends, and returns its exit status. Explains the function after its first two invocations. */
async function run(): Promise<number> {
  // In a process group of its own, so that Ctrl-C reaches it once: a second signal kills the environment.
  const options = { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit', detached: true } as const;
  const emulator = execa(process.execPath, emulatorArguments(), { ...options, buffer: false, reject: false });
  let isEnding = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      isEnding = true;
      emulator.kill(signal);
    });
  }

  let url: string | undefined;
  let reports = 0;
  const answers: Promise<string | undefined>[] = [];
  // The emulator may end before it answers. Its own lines say why.
  const call = (to: string) => void answers.push(post(to).catch(() => undefined));
  for await (const line of createInterface(emulator.stdout)) {
    console.log(line);
    // It prints its URL when it listens. Until then another program may have the port.
    if (url === undefined && URL.canParse(line)) {
      url = line;
      call(url);
    } else if (url !== undefined && !isEnding && line.startsWith('REPORT ')) {
      // The second call follows the log of the first, and the explanation that of the second.
      reports += 1;
      if (reports === 1) call(url);
      if (reports === 2) explain(url, await Promise.all(answers));
    }
  }
  return (await emulator).exitCode ?? 1;
}

async function post(url: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: '{}' });
  return response.text();
}

/** Bundles the handler, and again whenever it changes. The emulator sees what is new in the function's folder. */
async function followTemplate(): Promise<{ close(): Promise<void> }> {
  mkdirSync(FUNCTION, { recursive: true });
  const values = resolve(FUNCTION, basename(VALUES));
  copyFileSync(VALUES, values);
  writeFileSync(resolve(FUNCTION, '.env'), `SECRETS_LOCAL_FILE=${values}\n`);
  const firstBuild = Promise.withResolvers<void>();
  const bundler = await context({
    entryPoints: [resolve(TEMPLATE, 'src/handler.ts')],
    outfile: resolve(FUNCTION, 'handler.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'warning',
    plugins: [{ name: 'first-build', setup: ({ onEnd }) => onEnd(() => firstBuild.resolve()) }],
  } satisfies BuildOptions);
  await bundler.watch();
  await firstBuild.promise;
  // The folder, because an editor may replace the file.
  const watcher = watch(TEMPLATE, (_event, file) => {
    if (file === basename(VALUES)) copyFileSync(VALUES, values);
  });
  return {
    async close() {
      watcher.close();
      await bundler.dispose();
    },
  };
}

function emulatorArguments(): string[] {
  const options = {
    'function-dir': FUNCTION,
    handler: 'handler.handler',
    'opt-dir': resolve(ROOT, 'dist/opt'),
    'env-file': resolve(FUNCTION, '.env'),
    port: PORT,
    // Our runtime and extensions read the port from a variable. Another emulator may have the default one.
    'runtime-api-port': '0',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  // Without "--" Node.js would take --env-file for itself.
  return ['--', resolve(ROOT, 'emulator/main.ts'), 'dev', '--watch', ...flags];
}

function explain(url: string, answers: readonly (string | undefined)[]): void {
  if (answers.includes(undefined)) return;
  console.log(`
The template function runs on the emulator, with the extensions. They read handler-template/local-values.json in place
of AWS. Two invocations gave

  ${answers.join('\n  ')}

Call it yourself:

  curl ${url} -d '{}'

Change handler-template/src/handler.ts or local-values.json, and call again. "npm run start:image" runs the same on AWS's
emulator in Docker. Ctrl-C ends it.
`);
}
