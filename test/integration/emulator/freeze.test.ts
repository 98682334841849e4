import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { requestIdOf, SLEEPS, type Stage, setStage, until } from './stage.ts';

/** Counts in the background, and tells its process and how far it has come. */
const COUNTS = `
  let ticks = 0;
  setInterval(() => { ticks += 1; }, 1);
  export const handler = () => ({ pid: process.pid, ticks });`;

const stateOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.[0];
const isStopped = (pid: number) => stateOf(pid) === 'T';

describe.runIf(process.platform === 'linux')('freeze', () => {
  it('stops every process between invocations, and the next event wakes them', async () => {
    await using stage = await setStage({ handler: COUNTS });

    const first = (await stage.emulator.invoke()).json<{ pid: number; ticks: number }>();
    await stage.emulator.untilPhase('idle');
    expect(stage.emulator.isFrozen).toBe(true);
    await until(() => isStopped(first.pid));
    const second = (await stage.emulator.invoke()).json<{ pid: number; ticks: number }>();

    expect(second.pid).toBe(first.pid);
    await until(() => isStopped(first.pid));
  });

  it('lets no time pass for timers of the function', async () => {
    await using stage = await setStage({ handler: COUNTS });
    const { pid, ticks } = (await stage.emulator.invoke()).json<{ pid: number; ticks: number }>();
    await until(() => isStopped(pid));

    // 300 ms in which a running process would count to some 300.
    await stage.emulator.untilPhase('idle');
    const until300 = performance.now() + 300;
    await until(() => performance.now() > until300);
    const later = (await stage.emulator.invoke()).json<{ ticks: number }>();

    expect(later.ticks - ticks).toBeLessThan(150);
  });

  it('reaches children of children that left their session, and their parents', async () => {
    const handler = `
      import { spawn } from 'node:child_process';
      import { existsSync, readFileSync } from 'node:fs';
      const script = '(setsid sh -c "echo \\\\$\\\\$ > pid.part; mv pid.part pid; exec sleep 1000" &) & exit 0';
      spawn('/bin/sh', ['-c', script], { stdio: 'ignore' });
      while (!existsSync('pid')) await new Promise(setImmediate);
      export const handler = () => Number(readFileSync('pid', 'utf8'));`;
    await using stage = await setStage({ handler });

    const daemon = (await stage.emulator.invoke()).json<number>();

    await expect.poll(() => isStopped(daemon), { timeout: 10_000, interval: 10 }).toBe(true);
    stage.emulator.thaw();
    await expect.poll(() => isStopped(daemon), { timeout: 10_000, interval: 10 }).toBe(false);
  });

  it('can be switched off', async () => {
    await using stage = await setStage({ handler: COUNTS, freeze: false });

    const { pid } = (await stage.emulator.invoke()).json<{ pid: number }>();
    await stage.emulator.untilPhase('idle');

    expect(stage.emulator.isFrozen).toBe(false);
    expect(isStopped(pid)).toBe(false);
  });

  it('can be asked for by a test, and undone', async () => {
    await using stage = await setStage({ handler: COUNTS, freeze: false });
    const { pid } = (await stage.emulator.invoke()).json<{ pid: number }>();
    await stage.emulator.untilPhase('idle');

    stage.emulator.freeze();
    await until(() => isStopped(pid));
    stage.emulator.thaw();
    await until(() => !isStopped(pid));

    expect(stage.emulator.isFrozen).toBe(false);
  });

  it('waits for the extensions that subscribed to INVOKE', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    const init = stage.emulator.init();
    const identifier = await stage.register('mine', ['INVOKE']);
    const event = stage.extensionNext(identifier);
    const work = stage.runtimeNext();
    await init;
    expect(stage.emulator.isFrozen).toBe(true);
    void stage.emulator.invoke();
    await stage.respond(requestIdOf(await work), '1');
    void stage.runtimeNext();
    await event;
    await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.runtimeDone');
    expect(stage.emulator.isFrozen).toBe(false);

    void stage.extensionNext(identifier);
    await stage.emulator.untilPhase('idle');

    expect(stage.emulator.isFrozen).toBe(true);
  });

  it('is over before a shutdown, so that extensions get SHUTDOWN', async () => {
    const script = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
id=$(curl -s -D - -o /dev/null -X POST "$api/register" -H "Lambda-Extension-Name: hears.sh" -d '{"events":["SHUTDOWN"]}' | tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
curl -s "$api/event/next" -H "Lambda-Extension-Identifier: $id" > /dev/null
echo heard
`;
    await using stage: Stage = await setStage({ handler: COUNTS, extensions: { 'hears.sh': script } });
    await stage.emulator.invoke();
    await stage.emulator.untilPhase('idle');

    await stage.emulator.shutdown();

    expect(stage.emulator.lines.map(({ text }) => text)).toContain('heard');
  });
});
