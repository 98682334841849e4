import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { optFolder } from '../../support/lambda/host-process.ts';
import { freePort } from '../../support/servers/free-port.ts';

/** A script that uses the library, as a user's would; it sends the address of the APIs when the environment runs. */
const scriptOf = (ownHandler: string) => `
  import { startEmulator } from ${JSON.stringify(pathToFileURL('emulator/index.ts').href)};
  const start = () => startEmulator({ functionDir: import.meta.dirname, optDir: ${JSON.stringify(optFolder)}, environment: JSON.parse(process.env.VARIABLES) });
  const emulators = [await start(), await start()];
  await emulators[0].invoke();
  ${ownHandler}
  process.send(emulators[0].runtimeApi);`;

async function startScript(ownHandler = '') {
  const folder = mkdtempSync(join(tmpdir(), 'script-'));
  writeFileSync(join(folder, 'index.mjs'), `export const handler = async () => 'ok';`);
  writeFileSync(join(folder, 'script.mts'), scriptOf(ownHandler));
  const ports = ['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', 'AWS_APPCONFIG_EXTENSION_HTTP_PORT', 'EXTENSIONS_HTTP_PORT'];
  const variables: Record<string, string> = { EXTENSIONS_START: 'after-next' };
  for (const port of ports) variables[port] = String(await freePort());
  const script = fork(join(folder, 'script.mts'), { env: { ...process.env, VARIABLES: JSON.stringify(variables) } });
  const ended = once(script, 'exit');
  const [runtimeApi] = await once(script, 'message');
  return {
    script,
    ended,
    left: () => processesOf(String(runtimeApi)),
    async [Symbol.asyncDispose]() {
      script.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Processes that speak with the emulator at this address. */
function processesOf(runtimeApi: string): number {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').includes(`_API=${runtimeApi}\0`);
    } catch {
      return false;
    }
  }).length;
}

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'a script that uses the emulator leaves no process behind when %s ends it',
  async (signal) => {
    await using started = await startScript();
    const before = started.left();

    started.script.kill(signal);
    const [, endedBy] = await started.ended;

    // The supervisor and the runtime at least.
    expect(before).toBeGreaterThanOrEqual(2);
    expect(endedBy).toBe(signal);
    await expect.poll(started.left).toBe(0);
  },
);

it('a script that handles the signal itself decides what happens', async () => {
  await using started = await startScript(`process.once('SIGTERM', async () => {
    for (const emulator of emulators) await emulator.close();
    process.exit(7);
  });`);

  started.script.kill('SIGTERM');
  const [status] = await started.ended;

  expect(status).toBe(7);
  expect(started.left()).toBe(0);
});
