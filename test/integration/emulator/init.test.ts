import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AlarmClock, alarmClock, SLEEPS, type Stage, setStage, taskRootOf } from './stage.ts';

const INIT_LIMIT_MS = 10_000;

/** Writes its variables and its working directory, then waits. */
const TELLS = '#!/bin/sh\necho "args=$# cwd=$(pwd)"\nenv | sed "s/^/env /"\nexec sleep 1000\n';

const launched = ({ emulator }: Stage) =>
  emulator.timeline.filter(({ kind, name }) => kind === 'effect' && name === 'launch').map(({ detail }) => detail);

describe('discovery', () => {
  it('starts every file of the extensions directory in byte order, links too, and no folders', async () => {
    await using stage = await setStage({ extensions: { b: SLEEPS, a: SLEEPS, B: SLEEPS, 'c.sh': SLEEPS } });
    mkdirSync(join(stage.folder, 'opt/extensions/folder'));
    symlinkSync('c.sh', join(stage.folder, 'opt/extensions/link'));

    void stage.emulator.init();

    expect(launched(stage)).toEqual(['B', 'a', 'b', 'c.sh', 'link']);
  });

  it('gives extensions the variables of the function without those of the runtime, and no arguments', async () => {
    await using stage = await setStage({
      extensions: { tells: TELLS },
      environment: { MINE: 'yes', _HIDDEN: 'no', AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap' },
      functionName: 'shop',
    });
    void stage.emulator.init();

    await stage.emulator.untilLine(({ text }) => text.startsWith('env LAMBDA_EMULATOR='));
    await stage.emulator.untilLine(({ text }) => text.startsWith('env MINE='));
    const texts = stage.emulator.lines.map(({ text }) => text);
    const names = texts.filter((text) => text.startsWith('env ')).map((text) => text.slice(4).split('=')[0] ?? '');

    const cwd = texts.find((text) => text.startsWith('args='));
    expect(cwd?.replace('args=0 cwd=', '')).toEqual(taskRootOf(stage));
    expect(texts).toContain(`env AWS_LAMBDA_RUNTIME_API=${stage.emulator.runtimeApi}`);
    expect(texts).toContain('env AWS_LAMBDA_FUNCTION_NAME=shop');
    expect(texts).toContain('env LAMBDA_EMULATOR=1');
    // The shell itself adds "_" and PWD.
    expect(names.filter((name) => name.startsWith('_') && name !== '_')).toEqual([]);
    for (const hidden of [
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_XRAY_CONTEXT_MISSING',
      'AWS_XRAY_DAEMON_ADDRESS',
      'LAMBDA_RUNTIME_DIR',
      'LAMBDA_TASK_ROOT',
    ]) {
      expect(names).not.toContain(hidden);
    }
  });

  it('gives the runtime all of them', async () => {
    await using stage = await setStage({ runtimeCommand: ['/bin/sh', '-c', 'env; echo that is all; exec sleep 1000'] });
    void stage.emulator.init();

    await stage.emulator.untilLine(({ text }) => text === 'that is all');

    expect(stage.emulator.lines.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(new RegExp(`^LAMBDA_TASK_ROOT=(/var/task|${stage.folder}/function)$`)),
        '_HANDLER=index.handler',
        expect.stringMatching(/^AWS_LAMBDA_LOG_STREAM_NAME=\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
        expect.stringMatching(/^AWS_SESSION_TOKEN=token-of-the-emulator-/),
        'AWS_LAMBDA_INITIALIZATION_TYPE=on-demand',
        'LAMBDA_EMULATOR=1',
      ]),
    );
  });

  it('fails init when a file cannot be executed, and says which', async () => {
    await using stage = await setStage({});
    writeFileSync(join(stage.folder, 'opt/extensions/plain'), 'text', { mode: 0o644 });

    await stage.emulator.init();

    const report = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.initReport');
    expect(report.record).toMatchObject({ status: 'error', errorType: 'Extension.LaunchError' });
    const extension = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.extension');
    expect(extension.record).toEqual({
      name: 'plain',
      state: 'LaunchError',
      events: [],
      errorType: 'PermissionDenied',
    });
    const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');
    expect(hint.text).toContain('chmod +x');
  });

  it('fails init when a file is neither a program nor a script with its first line', async () => {
    await using stage = await setStage({ extensions: { strange: 'echo hello\n' } });

    await stage.emulator.init();

    const report = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.initReport');
    expect(report.record).toMatchObject({ status: 'error', errorType: 'Extension.LaunchError' });
  });

  it('takes an extension whose name is not its file name for an internal one, so that init times out', async () => {
    const clock = alarmClock(INIT_LIMIT_MS);
    await using stage = await setStage({ extensions: { 'mine.sh': SLEEPS }, clock });
    const init = stage.emulator.init();

    void stage.extensionNext(await stage.register('mine', ['INVOKE']));
    clock.ring(INIT_LIMIT_MS);
    await init;

    const report = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.initReport');
    expect(report.record).toMatchObject({ status: 'timeout' });
    expect(launched(stage)).toEqual(['mine.sh']);
  });

  it('fails init for the eleventh file', async () => {
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`e${index}`, SLEEPS]));
    await using stage = await setStage({ extensions: eleven });

    await stage.emulator.init();

    const failed = await stage.emulator.telemetry.waitFor(
      ({ type, record }) => type === 'platform.extension' && (record as { state: string }).state === 'LaunchError',
    );
    expect(failed.record).toMatchObject({ errorType: 'TooManyExtensions' });
    expect(launched(stage)).toEqual([]);
  });
});

describe('init', () => {
  it('starts the runtime only when every external extension has registered', async () => {
    await using stage = await setStage({ extensions: { a: SLEEPS, b: SLEEPS } });
    void stage.emulator.init();

    await stage.register('a');
    expect(launched(stage)).toEqual(['a', 'b']);
    await stage.register('b');

    expect(launched(stage)).toEqual(['a', 'b', 'runtime']);
  });

  it('is over when the runtime and every registered extension, internal ones without events too, wait in next', async () => {
    await using stage = await setStage({ extensions: { outer: SLEEPS } });
    const init = stage.emulator.init();
    const outer = await stage.register('outer', ['INVOKE']);
    const inner = await stage.register('inner', []);

    void stage.runtimeNext();
    void stage.extensionNext(outer);
    await stage.call('GET', '/2018-06-01/ping');
    expect(stage.emulator.phase).toBe('init');
    void stage.extensionNext(inner);
    await init;

    expect(stage.emulator.phase).toBe('idle');
  });

  it('may run before the first invocation, which then has no init of its own', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => 1' });

    await stage.emulator.init();
    const result = await stage.emulator.invoke();

    expect(result.payload).toBe('1');
    expect(stage.emulator.telemetry.records.filter(({ type }) => type === 'platform.initStart')).toHaveLength(1);
  });

  it('runs again inside the first invocation when it took longer than the limit, now under the function time-out', async () => {
    const handler = `
      import { existsSync, writeFileSync } from 'node:fs';
      if (!existsSync('mark')) {
        writeFileSync('mark', '');
        console.log('first try');
        await new Promise(() => setInterval(() => {}, 1_000));
      }
      export const handler = () => 'second try';`;
    const clock = alarmClock(INIT_LIMIT_MS);
    await using stage = await setStage({ handler, clock, timeoutMs: 20_000 });

    const result = stage.emulator.invoke();
    await stage.emulator.untilLine(({ text }) => text.endsWith('first try'));
    clock.ring(INIT_LIMIT_MS);

    expect((await result).payload).toBe('"second try"');
    await stage.emulator.untilPhase('idle');
    expect(clock.sleepsMs).toEqual([INIT_LIMIT_MS, 20_000]);
    const reports = stage.emulator.telemetry.records.filter(({ type }) => type === 'platform.initReport');
    expect(reports.map(({ record }) => record)).toMatchObject([
      { phase: 'init', status: 'timeout', metrics: { durationMs: expect.any(Number) } },
      { phase: 'invoke', status: 'success' },
    ]);
    const lines = stage.emulator.lines.map(({ text }) => text);
    expect(lines).toContainEqual(
      expect.stringMatching(/^INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: timeout$/),
    );
    expect(lines.find((line) => line.startsWith('REPORT'))).not.toContain('Init Duration');
  });

  it('has ten seconds on demand, and at least 130 where capacity is provisioned', async () => {
    const clock = alarmClock(INIT_LIMIT_MS);
    await using onDemand = await setStage({ clock });
    void onDemand.emulator.init();
    await using provisioned = await setStage({ clock, initializationType: 'provisioned-concurrency' });
    await using patient = await setStage({
      clock,
      initializationType: 'provisioned-concurrency',
      timeoutMs: 900_000,
    });

    expect(provisioned.emulator.phase).toBe('init');
    expect(patient.emulator.phase).toBe('init');
    expect(clock.sleepsMs).toEqual([10_000, 130_000, 900_000]);
  });

  it('shows a line for each extension, with its name, state and events', async () => {
    await using stage = await setStage({ extensions: { x: SLEEPS } });
    const init = stage.emulator.init();
    const identifier = await stage.register('x', ['INVOKE', 'SHUTDOWN']);
    void stage.extensionNext(identifier);
    void stage.runtimeNext();
    await init;

    expect(stage.emulator.lines.map(({ text }) => text)).toContain(
      'EXTENSION\tName: x\tState: Ready\tEvents: [INVOKE,SHUTDOWN]',
    );
  });

  it('hints at a taken port that an extension complains about', async () => {
    const complains =
      '#!/bin/sh\necho "Error: listen EADDRINUSE: address already in use 127.0.0.1:4318"\nexec sleep 1000\n';
    await using stage = await setStage({ extensions: { complains } });
    void stage.emulator.init();

    const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');

    expect(hint.text).toBe(
      '"complains" cannot listen on its port, because another process does. Stop that process, or set another port.',
    );
  });

  it.each([
    ['never registered', async () => {}, 'Init waits for "mine" to register'],
    [
      'registered and never asked for an event',
      async (stage: Stage) => {
        await stage.register('mine');
        void stage.runtimeNext();
        await stage.call('GET', '/2018-06-01/ping');
      },
      'header Lambda-Extension-Identifier',
    ],
    [
      'did all it has to, but the runtime never asked for an invocation',
      async (stage: Stage) => {
        void stage.extensionNext(await stage.register('mine'));
        await stage.call('GET', '/2018-06-01/ping');
      },
      'The runtime never asked for an invocation',
    ],
  ])('hints at the reason when the time is up and an extension %s', async (_what, act, expected) => {
    const clock: AlarmClock = alarmClock(INIT_LIMIT_MS);
    await using stage = await setStage({ extensions: { mine: SLEEPS }, clock });
    void stage.emulator.init();
    await act(stage);
    clock.ring(INIT_LIMIT_MS);

    const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');

    expect(hint.text).toContain(expected);
  });
});
