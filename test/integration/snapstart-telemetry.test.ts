/** Telemetry of a function with SnapStart: INIT's once, before the snapshot, and each environment's own after its restore. */
import { mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Emulator, startRestores } from '../../emulator/index.ts';
import { optFolder } from '../support/lambda/host-process.ts';
import { hasEntrypoint } from '../support/lambda/opt-with-preload.ts';
import { processesWith } from '../support/lambda/process-memory.ts';
import { startHttpServer } from '../support/servers/http-server.ts';
import { startTelemetryVendor, type VendorAnswer } from '../support/servers/telemetry-vendor.ts';

const root = (path: string) => new URL(`../../${path}`, import.meta.url).href;

const LOGS_EVERYWHERE = `
  import { afterRestore, beforeSnapshot } from '${root('client/snapstart.ts')}';
  console.log('during INIT');
  await fetch(process.env.IS_TOLD);
  beforeSnapshot(() => console.log('before the snapshot'));
  afterRestore(() => console.log('after the restore'));
  export const handler = () => console.log('in the handler');`;

/** Two environments of one snapshot, which send to one vendor; frozen. */
async function startTwo({ answer, waits = false }: { answer?: VendorAnswer; waits?: boolean } = {}) {
  await using stack = new AsyncDisposableStack();
  const vendor = stack.use(await startTelemetryVendor(answer));
  // INIT goes on when the vendor has its lines.
  const gate = stack.use(
    await startHttpServer(async (_request, response) => {
      if (waits) await vendor.untilLines(2, 'during INIT');
      response.end();
    }),
  );
  const folder = mkdtempSync(join(tmpdir(), 'snapstart-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'index.mjs'), LOGS_EVERYWHERE);
  const environments = await startRestores(
    {
      functionDir: folder,
      optDir: optFolder,
      timeoutMs: 60_000,
      environment: {
        TELEMETRY_DESTINATIONS: 'http',
        TELEMETRY_HTTP_URL: vendor.url,
        IS_TOLD: `http://127.0.0.1:${gate.port}`,
      },
    },
    2,
  );
  for (const environment of environments) stack.use(environment);
  await Promise.all(environments.map((environment) => environment.untilPhase('snapshot')));
  const all = stack.move();
  return { vendor, environments, [Symbol.asyncDispose]: () => all[Symbol.asyncDispose]() };
}

async function invokeAll(environments: readonly Emulator[]): Promise<void> {
  await Promise.all(environments.map((environment) => environment.invoke()));
  await Promise.all(environments.map((environment) => environment.shutdown()));
}

/** Without the time that the runtime writes before them. */
const plain = (lines: readonly unknown[]) => lines.map((line) => String(line).split('\t').at(-1)).toSorted();

const said = (environment: Emulator) =>
  environment.lines
    .filter(({ text }) => /Dropped|lost/.test(text))
    .map(({ text }) => text.slice(text.indexOf(' ') + 1));

/** Bytes in the store of the supervisor, a file in memory. */
function storedBytes({ runtimeApi }: Emulator): number {
  const [supervisor] = processesWith(`AWS_LAMBDA_RUNTIME_API=${runtimeApi}`).filter(({ command }) =>
    /\/extensions\/lambda-node-extended $/.test(command),
  );
  const descriptors = `/proc/${supervisor?.pid}/fd`;
  const stores = readdirSync(descriptors).filter((fd) =>
    readlinkSync(join(descriptors, fd)).includes('memfd:telemetry'),
  );
  expect(stores).toHaveLength(1);
  return statSync(join(descriptors, String(stores[0]))).size;
}

describe.skipIf(!hasEntrypoint)('telemetry of a function with SnapStart', () => {
  it('has the lines of INIT before the snapshot, and no record of it in any environment after the restore', async () => {
    await using two = await startTwo({ waits: true });
    const { vendor, environments } = two;
    const before = vendor.records().length;
    const linesBefore = vendor.lines();
    const stored = environments.map(storedBytes);

    await invokeAll(environments);

    const after = vendor.records().slice(before);
    expect(stored).toEqual([0, 0]);
    // What a hook logs at the last moment is on its way to the extensions, or lost.
    expect(linesBefore.filter((line) => String(line).endsWith('during INIT'))).toHaveLength(2);
    expect(plain(vendor.lines().slice(linesBefore.length))).toEqual(
      ['after the restore', 'in the handler'].flatMap((line) => [line, line]),
    );
    expect(after.filter(({ type }) => String(type).startsWith('platform.init'))).toEqual([]);
    expect(environments.flatMap(said).filter((text) => !text.includes('came too late'))).toEqual([]);
  });

  it('drops and counts what cannot be delivered before the snapshot', async () => {
    let isDown = true;
    await using two = await startTwo({
      answer(response) {
        if (isDown) response.writeHead(503).end();
      },
    });
    isDown = false;

    await invokeAll(two.environments);

    expect(plain(two.vendor.lines())).toEqual(['after the restore', 'in the handler'].flatMap((line) => [line, line]));
    for (const environment of two.environments)
      expect(said(environment)).toContainEqual(
        expect.stringMatching(
          /Dropped \d+ records of INIT for http before the snapshot, because it did not take them\.$/,
        ),
      );
  });

  it('shows each restore as a metric, a span of the first invocation, and a cold start of an environment with its own id', async () => {
    await using two = await startTwo();
    const before = two.vendor.records().length;

    await invokeAll(two.environments);

    const after = two.vendor.records().slice(before);
    const named = (name: string) => after.filter((record) => record.name === name);
    expect(named('aws.lambda.restore_duration')).toHaveLength(2);
    expect(named('faas.coldstarts').map(({ value }) => value)).toEqual([1, 1]);
    expect(named('restore')).toHaveLength(2);
    expect(new Set(named('restore').map((span) => span.traceId)).size).toBe(2);
    expect(new Set(after.map(({ resource }) => Object(resource)['faas.instance'])).size).toBe(2);
  });
});
