/** Functions with SnapStart on our emulator, with the preload of the images. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator, startRestores } from '../../../emulator/index.ts';
import { parts } from '../../../extensions/preload/parts.ts';
import { hasEntrypoint, type OptWithPreload, optWithPreload } from '../../support/lambda/opt-with-preload.ts';
import { alarmClock } from './stage.ts';

const SNAPSTART = new URL('../../../client/snapstart.ts', import.meta.url).href;

let opt: OptWithPreload;
let folder: string;
beforeAll(async () => {
  opt = await optWithPreload('extensions/preload/main.ts', parts);
  folder = mkdtempSync(join(tmpdir(), 'snapstart-'));
});
afterAll(() => {
  opt[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

let functions = 0;
function optionsOf(source: string, options: Partial<EmulatorOptions> = {}): EmulatorOptions {
  const functionDir = join(folder, String(++functions));
  mkdirSync(functionDir);
  const imports = `import { afterRestore, beforeSnapshot, uniqueSeed, uniqueUuid } from '${SNAPSTART}';\n`;
  writeFileSync(join(functionDir, 'index.mjs'), imports + source);
  return { functionDir, optDir: opt.folder, initializationType: 'snap-start', timeoutMs: 20_000, ...options };
}

const RECORDS_EVENTS = `
  const events = ['init'];
  const later = (event) => async () => { await new Promise(setImmediate); events.push(event); };
  beforeSnapshot(later('before 1'));
  beforeSnapshot(later('before 2'));
  afterRestore(later('after 1'));
  afterRestore(later('after 2'));
  export const handler = async (_event, context) => ({ events, logGroup: context.logGroupName, logStream: context.logStreamName });`;

const recordsOf = (emulator: Emulator, prefix: string) =>
  emulator.telemetry.records
    .filter(({ type }) => type.startsWith(prefix))
    .map(({ type, record }) => ({ type, record }));
const platformLines = (emulator: Emulator) =>
  emulator.lines.filter(({ source }) => source === 'platform').map(({ text }) => text);

describe.skipIf(!hasEntrypoint)('a function with SnapStart', () => {
  it('runs its hooks around the snapshot: before it from the last to the first, after it from the first to the last', async () => {
    await using emulator = await startEmulator(optionsOf(RECORDS_EVENTS));
    await emulator.untilPhase('snapshot');
    const isFrozen = emulator.isFrozen;

    const first = await emulator.invoke();
    const second = await emulator.invoke();

    expect(isFrozen).toBe(true);
    expect(first.json()).toEqual({
      events: ['init', 'before 2', 'before 1', 'after 1', 'after 2'],
      logGroup: '/aws/lambda/function',
      logStream: expect.stringMatching(/^snap-start\/\[1\][\da-f]{32}$/),
    });
    expect(second.json()).toEqual(first.json());
  });

  it('has INIT_REPORT, RESTORE_REPORT and the restore in the first REPORT, and the records of a restore', async () => {
    await using emulator = await startEmulator(optionsOf(RECORDS_EVENTS));

    await emulator.invoke();
    await emulator.untilPhase('idle');

    const lines = platformLines(emulator).map((line) => line.replaceAll(/\d+(\.\d\d)? ms/g, 'N ms'));
    expect(lines).toEqual([
      'INIT_REPORT Init Duration: N ms\tPhase: init',
      'RESTORE_REPORT Restore Duration: N ms',
      expect.stringMatching(/^START RequestId: \S+ Version: 1$/),
      expect.stringMatching(/^END/),
      expect.stringMatching(
        /^REPORT RequestId: \S+\tDuration: N ms\tBilled Duration: N ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tRestore Duration: N ms\tBilled Restore Duration: N ms$/,
      ),
    ]);
    expect(recordsOf(emulator, 'platform.restore')).toEqual([
      {
        type: 'platform.restoreStart',
        record: {
          functionName: 'function',
          functionVersion: '1',
          instanceId: expect.any(String),
          instanceMaxMemory: 128 * 1_024 * 1_024,
          runtimeVersion: expect.any(String),
        },
      },
      { type: 'platform.restoreRuntimeDone', record: { status: 'success' } },
      { type: 'platform.restoreReport', record: { status: 'success', metrics: { durationMs: expect.any(Number) } } },
    ]);
    expect(recordsOf(emulator, 'platform.initStart')).toMatchObject([
      { record: { initializationType: 'snap-start', phase: 'init' } },
    ]);
  });

  it('can be restored before its first invocation', async () => {
    await using emulator = await startEmulator(optionsOf(RECORDS_EVENTS));
    await emulator.untilPhase('snapshot');

    await emulator.restore();

    expect(emulator.phase).toBe('idle');
    expect((await emulator.invoke()).json<{ events: string[] }>().events).toContain('after 2');
  });

  it('is published to nobody when a hook fails before the snapshot', async () => {
    const source = `beforeSnapshot(() => { throw new RangeError('not ready'); });\n${RECORDS_EVENTS}`;
    await using emulator = await startEmulator(optionsOf(source));

    const result = await emulator.invoke();

    expect(result.functionError).toBe('Unhandled');
    expect(result.json()).toEqual({
      errorMessage: 'not ready',
      errorType: 'RangeError',
      stackTrace: expect.arrayContaining([expect.stringMatching(/^at .*index\.mjs/)]),
    });
    expect(platformLines(emulator)[0]).toMatch(
      /^INIT_REPORT Init Duration: \S+ ms\tPhase: init\tStatus: error\tError Type: Runtime\.BeforeSnapshotError$/,
    );
    expect(emulator.lines.map(({ text }) => text).join('\n')).toContain(
      '[snapstart] ERROR Runtime.BeforeSnapshotError: RangeError: not ready',
    );
  });

  it('fails the invocation when a hook fails after the restore, and the next environment may do better', async () => {
    const marker = JSON.stringify(join(folder, 'has-failed'));
    const source = `
      import { existsSync, writeFileSync } from 'node:fs';
      afterRestore(async () => {
        if (existsSync(${marker})) return;
        writeFileSync(${marker}, '');
        throw new Error('cannot connect');
      });
      ${RECORDS_EVENTS}`;
    await using emulator = await startEmulator(optionsOf(source));

    const first = await emulator.invoke();
    const second = await emulator.invoke();

    expect(first).toMatchObject({ functionError: 'Unhandled' });
    expect(first.json()).toMatchObject({ errorMessage: 'cannot connect', errorType: 'Error' });
    expect(platformLines(emulator).find((line) => line.startsWith('RESTORE_REPORT'))).toMatch(
      /^RESTORE_REPORT Restore Duration: \S+ ms\tStatus: error\tError Type: Runtime\.AfterRestoreError$/,
    );
    expect(second.functionError).toBeUndefined();
  });

  it('fails the invocation when the hooks after the restore take longer than 10 s', async () => {
    const clock = alarmClock(10_000);
    const source = `afterRestore(() => { console.log('waits'); return new Promise((resolve) => setInterval(resolve, 2 ** 30)); });\n${RECORDS_EVENTS}`;
    await using emulator = await startEmulator(optionsOf(source, { clock }));

    const invocation = emulator.invoke();
    await emulator.untilLine(({ text }) => text.includes('waits'));
    clock.ring(10_000);

    expect((await invocation).payload).toContain('Restore timed out after 10.00 seconds');
    expect(platformLines(emulator).find((line) => line.startsWith('RESTORE_REPORT'))).toMatch(/\tStatus: timeout$/);
  });

  it('is published to nobody when init and the hooks before the snapshot take longer than their limit', async () => {
    const clock = alarmClock(130_000);
    const source = `beforeSnapshot(() => { console.log('waits'); return new Promise((resolve) => setInterval(resolve, 2 ** 30)); });\n${RECORDS_EVENTS}`;
    await using emulator = await startEmulator(optionsOf(source, { clock }));

    const invocation = emulator.invoke();
    await emulator.untilLine(({ text }) => text.includes('waits'));
    clock.ring(130_000);

    expect((await invocation).functionError).toBe('Unhandled');
    expect(platformLines(emulator)[0]).toMatch(/^INIT_REPORT .*\tPhase: init\tStatus: timeout$/);
  });

  it('needs no hooks', async () => {
    await using emulator = await startEmulator(optionsOf('export const handler = () => 1'));

    expect((await emulator.invoke()).payload).toBe('1');
    expect(recordsOf(emulator, 'platform.restoreReport')).toHaveLength(1);
  });

  it('runs without the preload, as by the label alone, and a hint says so', async () => {
    await using emulator = await startEmulator(optionsOf(RECORDS_EVENTS, { optDir: 'none' }));

    const result = await emulator.invoke();

    expect(result.json<{ events: string[] }>().events).toEqual(['init']);
    expect(emulator.lines).toContainEqual({ source: 'hint', text: expect.stringContaining('restore/next') });
    expect(recordsOf(emulator, 'platform.restoreReport')).toHaveLength(1);
  });

  it('has its credentials behind an endpoint, others after the restore', async () => {
    const source = `
      const ask = async (authorization) => {
        const answer = await fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, { headers: { authorization } });
        return { status: answer.status, ...(await answer.json()) };
      };
      const token = process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
      const before = await ask(token);
      export const handler = async () => ({
        before, after: await ask(token), refused: (await ask('wrong')).status,
        names: Object.keys(process.env).filter((name) => /^AWS_(ACCESS_KEY|SECRET|SESSION)/.test(name)),
      });`;
    await using emulator = await startEmulator(optionsOf(source));

    const { before, after, refused, names } = (await emulator.invoke()).json<Record<string, Record<string, string>>>();

    expect(before).toEqual({
      status: 200,
      AccessKeyId: expect.stringMatching(/^ASIA/),
      SecretAccessKey: expect.any(String),
      Token: expect.any(String),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(after?.status).toBe(200);
    expect(after?.Token).not.toBe(before?.Token);
    expect(after?.AccessKeyId).not.toBe(before?.AccessKeyId);
    expect(refused).toBe(403);
    expect(names).toEqual([]);
  });

  it('gives the credentials of the user by the endpoint, too', async () => {
    const source = `export const handler = async () =>
      (await fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, {
        headers: { authorization: process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN } })).json();`;
    const environment = { AWS_ACCESS_KEY_ID: 'AKIDOWN', AWS_SECRET_ACCESS_KEY: 'own', AWS_SESSION_TOKEN: 'own-token' };
    await using emulator = await startEmulator(optionsOf(source, { environment }));

    const given = { AccessKeyId: 'AKIDOWN', SecretAccessKey: 'own', Token: 'own-token' };
    expect((await emulator.invoke()).json()).toMatchObject(given);
  });
});

describe.skipIf(!hasEntrypoint)('two environments that are restored from one snapshot', () => {
  const source = `
    import { randomUUID } from 'node:crypto';
    const draw = () => ({ random: Math.random(), uuid: uniqueUuid(), seed: uniqueSeed().join() });
    const early = Math.random();
    randomUUID();
    let restored;
    afterRestore(() => { restored = draw(); });
    export const handler = (_event, { logStreamName }) => ({ early, restored, handled: draw(), stream: logStreamName });`;

  it('draw the same before it, and nothing the same after it', async () => {
    const [first, second] = (await startRestores(optionsOf(source), 2)) as [Emulator, Emulator];
    await using _first = first;
    await using _second = second;

    const [one, other] = [(await first.invoke()).json<Drawn>(), (await second.invoke()).json<Drawn>()];

    expect(other.early).toBe(one.early);
    const values = [one, other].flatMap(({ restored, handled, stream }) => [
      ...Object.values(restored),
      ...Object.values(handled),
      stream,
    ]);
    expect(new Set(values).size).toBe(values.length);
  });

  it('have the instance id of the same init, and one each from the restore on', async () => {
    const [first, second] = (await startRestores(optionsOf(source), 2)) as [Emulator, Emulator];
    await using _first = first;
    await using _second = second;
    await Promise.all([first.invoke(), second.invoke()]);

    const idsOf = (type: string) =>
      [first, second].map((one) => Object(recordsOf(one, type)[0]?.record).instanceId as unknown);

    const [init, otherInit] = idsOf('platform.initStart');
    expect(otherInit).toBe(init);
    expect(new Set([init, ...idsOf('platform.restoreStart')]).size).toBe(3);
  });
});

interface Drawn {
  readonly early: number;
  readonly restored: Readonly<Record<string, unknown>>;
  readonly handled: Readonly<Record<string, unknown>>;
  readonly stream: string;
}
