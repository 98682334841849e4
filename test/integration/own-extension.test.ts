import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { copyOpt } from '../support/lambda/opt-copy.ts';
import { freePort } from '../support/servers/free-port.ts';

const MODULE = 'forwarder.mjs';
const file = fileURLToPath(new URL(`../fixtures/modules/${MODULE}`, import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-extension-'));
  writeFileSync(
    join(folder, 'index.mjs'),
    `export const handler = async ({ line, times = 1 }) => {
       if (line === 'metrics') return (await fetch('http://127.0.0.1:' + process.env.EXTENSIONS_HTTP_PORT + '/metrics')).json();
       if (line === 'awake') return new Promise((resolve) => setTimeout(resolve, 250));
       console.log(line);
       const url = 'http://127.0.0.1:' + process.env.FORWARDER_PORT;
       let status;
       for (let count = 0; count < times; count++) ({ status } = await fetch(url, { method: 'POST', body: 'posted ' + line }));
       return status;
     };`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What runs it: our host behind the supervisor, or `run` in a process of its own. */
const ways: [string, () => Promise<{ optDir: string } & Disposable>][] = [
  ['a module in /opt/lambda-node-extended/modules', openAsModule],
  ['an executable in /opt/extensions', openAsExecutable],
];

it('a module with an await at its top level is refused with what to do', () => {
  using opt = copyOpt();
  mkdirSync(join(opt.folder, 'lambda-node-extended/modules'), { recursive: true });
  writeFileSync(
    join(opt.folder, 'lambda-node-extended/modules/late.mjs'),
    'await 0; export default { settings: {}, init() {} };',
  );

  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(opt.folder, 'lambda-node-extended/host.cjs'), '--write-manifest'],
    { encoding: 'utf8' },
  );

  expect(status).toBe(1);
  expect(stdout + stderr).toMatch(/late\.mjs has an "await" at its top level.* Move it into "init"/);
});

async function openAsModule() {
  const opt = copyOpt([MODULE]);
  execFileSync(process.execPath, [join(opt.folder, 'lambda-node-extended/host.cjs'), '--write-manifest']);
  return { optDir: opt.folder, [Symbol.dispose]: () => opt[Symbol.dispose]() };
}

async function openAsExecutable() {
  const optDir = mkdtempSync(join(tmpdir(), 'opt-'));
  await bundleExecutable(join(optDir, 'extensions/forward-lines'));
  return { optDir, [Symbol.dispose]: () => rmSync(optDir, { recursive: true }) };
}

async function bundleExecutable(outfile: string): Promise<void> {
  mkdirSync(join(outfile, '..'), { recursive: true });
  await build({
    stdin: {
      contents: `import { run } from 'lambda-node-extended/run';
                 import forwarder from ${JSON.stringify(file)};
                 run(forwarder);`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    banner: { js: `#!${process.execPath}` },
  });
  chmodSync(outfile, 0o755);
}

describe.each(ways)('an extension of a user as %s', (how, open) => {
  const isAlone = how.includes('executable');

  it('serves, buffers, sends again what was refused, and sends the rest at SHUTDOWN', async () => {
    using opt = await open();
    await using vendor = await startVendor([503]);
    await using emulator = await startWith(opt, { FORWARDER_URL: vendor.url });

    const answers = [
      (await emulator.invoke({ line: 'first' })).payload,
      (await emulator.invoke({ line: 'second' })).payload,
    ];
    // Lambda delivers after a second in which the environment is awake, and each invocation sends what came.
    while (!vendor.lines.includes('second')) await emulator.invoke({ line: 'awake' });
    answers.push((await emulator.invoke({ line: 'third' })).payload);
    await emulator.close();

    expect(answers).toEqual(['202', '202', '202']);
    // What Lambda delivers during SHUTDOWN may come too late for an extension that does not wait for it.
    expect(vendor.lines.filter((line) => line !== 'third').toSorted()).toEqual([
      'first',
      'posted first',
      'posted second',
      'posted third',
      'second',
    ]);
    expect(vendor.reasons.at(-1)).toBe('shutdown');
  });

  it('is listed by Lambda under the name of its file, and its log under its own', async () => {
    using opt = await open();
    await using vendor = await startVendor();
    await using emulator = await startWith(opt, { FORWARDER_URL: vendor.url, FORWARDER_MOST: 'many' });

    await emulator.invoke({ line: 'first' });

    const name = isAlone ? 'forward-lines' : 'lambda-node-extended';
    const listed = emulator.telemetry.records.filter(({ type }) => type === 'platform.extension');
    expect(listed.map(({ record }) => record)).toEqual([{ name, state: 'Ready', events: ['INVOKE', 'SHUTDOWN'] }]);
    const lines = emulator.lines.map((line) => line.text).join('\n');
    expect(lines).toContain('FORWARDER_MOST is "many": expected a whole number from 1 to 1000. Using 100.');
    expect(lines).toMatch(/running .*forwarder to a server;/);
    await emulator.untilLine(({ text }) =>
      text.includes(
        isAlone
          ? '[forwarder] has host.aws.clientOptions is not there where run() runs'
          : '[forwarder] has a client of the SDK in',
      ),
    );
  });

  it('works by a timer on managed instances, where no invocation flushes', async () => {
    using opt = await open();
    await using vendor = await startVendor();
    await using emulator = await startWith(
      opt,
      { FORWARDER_URL: vendor.url, FORWARDER_TIMED: 'true' },
      { initializationType: 'lambda-managed-instances' },
    );
    await emulator.untilPhase('idle');

    await expect.poll(() => vendor.lines).toContain('timed');

    expect(new Set(vendor.reasons)).toEqual(new Set(['timer']));
  });
});

it('the counters of a module are among those of the host', async () => {
  using opt = await openAsModule();
  await using vendor = await startVendor();
  await using emulator = await startWith(opt, {
    FORWARDER_URL: vendor.url,
    FORWARDER_MOST: '1',
    EXTENSIONS_HTTP_PORT: String(await freePort()),
  });
  await emulator.invoke({ line: 'first', times: 3 });

  const { payload } = await emulator.invoke({ line: 'metrics' });

  const { forwarder } = JSON.parse(payload) as { forwarder: { totals: { dropped: number } } };
  // One has room, and a flush may have taken another.
  expect(forwarder.totals.dropped).toBeGreaterThan(0);
});

it('run() outside of Lambda says what is missing', async () => {
  const executable = join(folder, 'extensions/alone');
  await bundleExecutable(executable);
  const { AWS_LAMBDA_RUNTIME_API: _, ...environment } = process.env;

  expect(() => execFileSync(executable, { env: environment, encoding: 'utf8' })).toThrowError(
    expect.objectContaining({
      status: 1,
      stdout: expect.stringMatching(
        /\[forwarder\] The process exits, .*AWS_LAMBDA_RUNTIME_API is not set: this program is started by Lambda/,
      ),
    }),
  );
});

async function startWith(
  { optDir }: { optDir: string },
  environment: Record<string, string>,
  more: Partial<EmulatorOptions> = {},
) {
  return startEmulator({
    functionDir: folder,
    optDir,
    timeoutMs: 30_000,
    environment: {
      FORWARDER_PORT: String(await freePort()),
      EXTENSIONS_TELEMETRY_PORT: String(await freePort()),
      ...environment,
    },
    ...more,
  });
}

/** Answers with these statuses first, then with 202. */
async function startVendor(statuses: number[] = []) {
  const lines: string[] = [];
  const reasons: string[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request)) as string[];
    const status = statuses.shift() ?? 202;
    if (status === 202) lines.push(...body);
    reasons.push(String(request.headers['x-reason']));
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    lines,
    reasons,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
