import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alarmClock, requestIdOf, SLEEPS, type Stage, setStage } from './stage.ts';

const TIMEOUT_MS = 3_000;
const INIT_LIMIT_MS = 10_000;

/** An environment that waits for work, with one extension that the test speaks for. */
async function readyStage(options: Parameters<typeof setStage>[0] = {}) {
  const stage = await setStage({ extensions: { mine: SLEEPS }, ...options });
  const init = stage.emulator.init();
  const identifier = await stage.register('mine', ['INVOKE', 'SHUTDOWN']);
  const event = stage.extensionNext(identifier);
  const work = stage.runtimeNext();
  await init;
  return { stage, identifier, event, work, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

const recordsOf = ({ emulator }: Stage, type: string) =>
  emulator.telemetry.records.filter((record) => record.type === type).map(({ record }) => record);

const exitsDuringInvoke = (code: string) => `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
id=$(curl -s -D - -o /dev/null -X POST "$api/register" -H "Lambda-Extension-Name: crash.sh" -d '{"events":["INVOKE"]}' | tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
curl -s "$api/event/next" -H "Lambda-Extension-Identifier: $id" > /dev/null
${code}
`;

describe('an extension that exits', () => {
  it.each([0, 3])('with status %i during an invocation fails it and resets the environment', async (status) => {
    await using stage = await setStage({
      handler: 'export const handler = () => new Promise(() => setInterval(() => {}, 1_000))',
      extensions: { 'crash.sh': exitsDuringInvoke(`exit ${status}`) },
      timeoutMs: 20_000,
    });

    const result = await stage.emulator.invoke();
    await stage.emulator.untilPhase('cold');

    expect(result.functionError).toBe('Unhandled');
    expect(result.json()).toEqual({
      errorType: 'Extension.Crash',
      errorMessage: `RequestId: ${result.requestId} Error: exit code ${status}`,
    });
    expect(recordsOf(stage, 'platform.runtimeDone')).toMatchObject([{ status: 'error', errorType: 'Extension.Crash' }]);
    expect(recordsOf(stage, 'platform.report')).toMatchObject([{ status: 'error', errorType: 'Extension.Crash' }]);
    const texts = stage.emulator.lines.map(({ text }) => text);
    expect(texts).toContain(`RequestId: ${result.requestId} Error: exit code ${status} Extension.Crash`);
  });

  it('during init fails init, and the first invocation tries again', async () => {
    await using stage = await setStage({ extensions: { 'crash.sh': '#!/bin/sh\nexit 0\n' } });

    const result = await stage.emulator.invoke();

    expect(result.json()).toMatchObject({ errorType: 'Extension.Crash' });
    expect(recordsOf(stage, 'platform.initReport')).toMatchObject([
      { phase: 'init', status: 'error', errorType: 'Extension.Crash' },
      { phase: 'invoke', status: 'error', errorType: 'Extension.Crash' },
    ]);
    expect(stage.emulator.lines.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        /^INIT_REPORT Init Duration: .* ms\tPhase: invoke\tStatus: error\tError Type: Extension.Crash$/,
      ),
    );
  });

  it('between invocations resets the environment, and the next invocation runs', async () => {
    await using ready = await readyStage();
    const { stage } = ready;

    stage.emulator.kill({ extension: 'mine' });
    await stage.emulator.untilPhase('cold');
    const result = stage.emulator.invoke();
    const identifier = await stage.register('mine', []);
    void stage.extensionNext(identifier);
    await stage.respond(requestIdOf(await stage.runtimeNext()), '"again"');

    expect((await result).json()).toBe('again');
    expect(recordsOf(stage, 'platform.initStart')).toMatchObject([{ phase: 'init' }, { phase: 'invoke' }]);
  });
});

describe('an extension that reports', () => {
  it.each([
    ['init/error', 'InitError'],
    ['exit/error', 'ExitError'],
  ])('%s and exits during init fails init with Extension.%s', async (path, name) => {
    const script = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
id=$(curl -s -D - -o /dev/null -X POST "$api/register" -H "Lambda-Extension-Name: failing.sh" -d '{}' | tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
curl -s -X POST "$api/${path}" -H "Lambda-Extension-Identifier: $id" -H "Lambda-Extension-Function-Error-Type: Extension.NoToken" > /dev/null
exit 0
`;
    await using stage = await setStage({ extensions: { 'failing.sh': script } });

    const result = await stage.emulator.invoke();

    expect(result.json()).toEqual({
      errorType: `Extension.${name}`,
      errorMessage: `RequestId: ${result.requestId} Error: exit code 0`,
    });
    expect(recordsOf(stage, 'platform.extension')[0]).toEqual({
      name: 'failing.sh',
      state: name,
      events: [],
      errorType: 'Extension.NoToken',
    });
    expect(stage.emulator.lines.map(({ text }) => text)).toContain(
      `EXTENSION\tName: failing.sh\tState: ${name}\tEvents: []\tError Type: Extension.NoToken`,
    );
  });

  it('exit/error during an invocation, and exits, fails it with Extension.ExitError', async () => {
    await using ready = await readyStage();
    const { stage, identifier } = ready;
    const result = stage.emulator.invoke();
    await ready.event;

    const headers = {
      'Lambda-Extension-Identifier': identifier,
      'Lambda-Extension-Function-Error-Type': 'Extension.Lost',
    };
    await stage.call('POST', '/2020-01-01/extension/exit/error', headers);
    stage.emulator.kill({ extension: 'mine' });

    expect((await result).json()).toEqual({
      errorType: 'Extension.ExitError',
      errorMessage: `RequestId: ${(await result).requestId} Error: signal: killed`,
    });
  });
});

describe('the runtime that exits', () => {
  it('during an invocation fails it with Runtime.ExitError, and extensions get the reason failure', async () => {
    await using ready = await readyStage();
    const { stage, identifier } = ready;
    const result = stage.emulator.invoke();
    await ready.event;
    const next = stage.extensionNext(identifier);
    await ready.work;

    stage.emulator.kill('runtime');

    expect((await result).json()).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${(await result).requestId} Error: Runtime exited with error: signal: killed`,
    });
    expect(JSON.parse((await next).body)).toMatchObject({ eventType: 'SHUTDOWN', shutdownReason: 'failure' });
  });

  it.each([
    ['exit 0', 'Runtime exited without providing a reason'],
    ['exit 7', 'Runtime exited with error: exit status 7'],
  ])('with "%s" says so', async (command, reason) => {
    await using stage = await setStage({ runtimeCommand: ['/bin/sh', '-c', command] });

    const result = await stage.emulator.invoke();

    expect(result.json()).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${result.requestId} Error: ${reason}`,
    });
  });

  it('keeps the first fatal error, not the last', async () => {
    await using ready = await readyStage();
    const { stage, identifier } = ready;
    const result = stage.emulator.invoke();
    await ready.event;
    const headers = {
      'Lambda-Extension-Identifier': identifier,
      'Lambda-Extension-Function-Error-Type': 'Extension.Lost',
    };
    await stage.call('POST', '/2020-01-01/extension/exit/error', headers);

    stage.emulator.kill('runtime');

    expect((await result).json()).toMatchObject({ errorType: 'Extension.ExitError' });
  });

  it('gives the caller what the runtime posted to init/error', async () => {
    await using stage = await setStage({ handler: 'throw new RangeError("no configuration");' });

    const result = await stage.emulator.invoke();

    expect(result.functionError).toBe('Unhandled');
    expect(result.json()).toEqual({
      errorType: 'RangeError',
      errorMessage: 'no configuration',
      trace: expect.arrayContaining(['RangeError: no configuration']),
    });
    expect(recordsOf(stage, 'platform.initReport')).toMatchObject([
      { phase: 'init', status: 'error', errorType: 'Runtime.Unknown' },
      { phase: 'invoke', status: 'error', errorType: 'Runtime.Unknown' },
    ]);
  });

  it('cannot be started at all', async () => {
    await using stage = await setStage({ runtimeCommand: ['/nowhere/bootstrap'] });

    const result = await stage.emulator.invoke();

    expect(result.json()).toEqual({
      errorType: 'Runtime.InvalidEntrypoint',
      errorMessage: `RequestId: ${result.requestId} Error: fork/exec /nowhere/bootstrap: no such file or directory`,
    });
  });
});

describe('a time-out', () => {
  it('answers the caller, resets the environment, and tells the extensions why', async () => {
    const clock = alarmClock(TIMEOUT_MS, INIT_LIMIT_MS);
    await using ready = await readyStage({ clock });
    const { stage, identifier } = ready;
    const result = stage.emulator.invoke();
    await ready.event;
    const next = stage.extensionNext(identifier);
    clock.ring(TIMEOUT_MS);

    const { requestId, functionError, statusCode, json } = await result;

    expect({ statusCode, functionError }).toEqual({ statusCode: 200, functionError: 'Unhandled' });
    expect(json()).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 3.00 seconds`,
    });
    expect(JSON.parse((await next).body)).toMatchObject({ eventType: 'SHUTDOWN', shutdownReason: 'timeout' });
    const texts = stage.emulator.lines.map(({ text }) => text);
    expect(texts).toContainEqual(
      expect.stringMatching(new RegExp(`Z ${requestId} Task timed out after 3.00 seconds$`)),
    );
    expect(texts).toContainEqual(
      expect.stringMatching(/^REPORT .*\tDuration: 3000.00 ms\tBilled Duration: \d+ ms\t.*\tStatus: timeout$/),
    );
    expect(recordsOf(stage, 'platform.runtimeDone')[0]).not.toHaveProperty('errorType');
    expect(recordsOf(stage, 'platform.runtimeDone')).toMatchObject([
      { status: 'timeout', metrics: { producedBytes: 0 } },
    ]);
  });

  it('reports the end of the runtime before the extensions get SHUTDOWN', async () => {
    const clock = alarmClock(TIMEOUT_MS, INIT_LIMIT_MS);
    await using ready = await readyStage({ clock });
    const { stage, identifier } = ready;
    void stage.emulator.invoke();
    await ready.event;
    const next = stage.extensionNext(identifier);
    clock.ring(TIMEOUT_MS);
    await next;

    const effects = stage.emulator.timeline
      .filter(({ kind }) => kind === 'effect')
      .map(({ name, detail }) => `${name} ${detail}`);
    const done = effects.indexOf('record platform.runtimeDone');
    expect(done).toBeGreaterThan(-1);
    expect(effects.lastIndexOf('reply undefined')).toBeGreaterThan(done);
    expect(effects.indexOf('terminate runtime')).toBeGreaterThan(done);
  });

  it('also strikes when only an extension keeps the invocation open; the caller has its answer already', async () => {
    const clock = alarmClock(TIMEOUT_MS, INIT_LIMIT_MS);
    await using ready = await readyStage({ clock });
    const { stage } = ready;
    const result = stage.emulator.invoke();
    await ready.event;
    await stage.respond(requestIdOf(await ready.work), '"in time"');
    void stage.runtimeNext();

    expect((await result).json()).toBe('in time');
    await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.runtimeDone');
    clock.ring(TIMEOUT_MS);
    await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.report');
    expect(recordsOf(stage, 'platform.runtimeDone')).toMatchObject([{ status: 'success' }]);
    expect(recordsOf(stage, 'platform.report')).toMatchObject([{ status: 'timeout', metrics: { durationMs: 3_000 } }]);
  });

  it('keeps /tmp, and the next invocation initialises inside itself', async () => {
    const handler = `
      import { readFileSync, writeFileSync } from 'node:fs';
      export const handler = async ({ file, hang }) => {
        if (!hang) return readFileSync(file, 'utf8');
        writeFileSync(file, 'kept');
        console.log('hangs');
        await new Promise(() => setInterval(() => {}, 1_000));
      };`;
    const clock = alarmClock(TIMEOUT_MS, INIT_LIMIT_MS);
    await using stage = await setStage({ handler, clock });
    const file = join(stage.folder, 'tmp-file');

    const hanging = stage.emulator.invoke({ file, hang: true });
    await stage.emulator.untilLine(({ text }) => text.endsWith('hangs'));
    clock.ring(TIMEOUT_MS);
    await hanging;
    const result = await stage.emulator.invoke({ file });
    await stage.emulator.untilPhase('idle');

    expect(result.json()).toBe('kept');
    expect(readFileSync(file, 'utf8')).toBe('kept');
    expect(recordsOf(stage, 'platform.initStart')).toMatchObject([{ phase: 'init' }, { phase: 'invoke' }]);
    const order = stage.emulator.telemetry.records
      .map(({ type }) => type)
      .filter((type) => type.startsWith('platform.'));
    expect(order).toEqual([
      'platform.initStart',
      'platform.initRuntimeDone',
      'platform.initReport',
      'platform.start',
      'platform.runtimeDone',
      'platform.report',
      'platform.initStart',
      'platform.initRuntimeDone',
      'platform.initReport',
      'platform.start',
      'platform.runtimeDone',
      'platform.report',
    ]);
  });

  it('strikes in a suppressed init too, whose start is still shown', async () => {
    const clock = alarmClock(TIMEOUT_MS, INIT_LIMIT_MS);
    await using stage = await setStage({ extensions: { mine: SLEEPS }, clock });

    const result = stage.emulator.invoke();
    clock.ring(INIT_LIMIT_MS);
    await stage.emulator.telemetry.waitFor(({ record }) => (record as { phase?: string }).phase === 'invoke');
    clock.ring(TIMEOUT_MS);

    expect((await result).json()).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(recordsOf(stage, 'platform.initReport')).toMatchObject([
      { phase: 'init', status: 'timeout' },
      { phase: 'invoke', status: 'timeout' },
    ]);
    expect(recordsOf(stage, 'platform.start')).toHaveLength(1);
    expect(recordsOf(stage, 'platform.report')).toMatchObject([{ status: 'timeout' }]);
  });
});

describe('the emulator that is shut down', () => {
  it('while an invocation runs fails it as the platform, not as the function', async () => {
    await using ready = await readyStage();
    const { stage } = ready;
    const result = stage.emulator.invoke();
    await ready.work;

    await stage.emulator.shutdown('spindown');

    expect((await result).json()).toMatchObject({ errorType: 'Sandbox.Failure' });
    expect(recordsOf(stage, 'platform.report')).toMatchObject([{ status: 'failure', errorType: 'Sandbox.Failure' }]);
  });
});
