/** Runs the template function with the extensions on our own emulator, without Docker or AWS: `npm start`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { buildOnce } from './build-once.ts';
import { whenCalled } from './command.ts';
import { INVOCATIONS, invoke } from './invoke.ts';

const ROOT = resolve(import.meta.dirname, '..');
const TEMPLATE = resolve(ROOT, 'handler-template');
const FUNCTION = resolve(ROOT, 'dist/template');
const PORT = process.env.FUNCTION_PORT || '9000';

await whenCalled(import.meta, async () => {
  buildOnce();
  await bundleTemplate();
  const options = { stdio: 'inherit', reject: false, cleanup: false } as const;
  const emulator = execa(process.execPath, emulatorArguments(), options);
  // Ctrl-C reaches the emulator too, which shuts the environment down first.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => emulator.kill(signal));
  const ended = emulator.then(({ exitCode = 1 }) => exitCode);

  await Promise.race([show(), ended]);
  process.exitCode = await ended;
});

async function bundleTemplate(): Promise<void> {
  mkdirSync(FUNCTION, { recursive: true });
  writeFileSync(resolve(FUNCTION, '.env'), `SECRETS_LOCAL_FILE=${resolve(TEMPLATE, 'local-values.json')}\n`);
  await build({
    entryPoints: [resolve(TEMPLATE, 'src/handler.ts')],
    outfile: resolve(FUNCTION, 'handler.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
  });
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
  return [resolve(ROOT, 'emulator/main.ts'), 'dev', ...flags];
}

async function show(): Promise<void> {
  const url = `http://localhost:${PORT}${INVOCATIONS}`;
  const first = await invoke(url);
  const second = await invoke(url);
  console.log(`
The template function runs on the emulator, with the extensions. They read handler-template/local-values.json in place
of AWS. Two invocations gave

  ${first}
  ${second}

Call it yourself:

  curl ${url} -d '{}'

Change the file and call again. "npm run start:image" runs the same on AWS's emulator in Docker. Ctrl-C ends it.
`);
}
