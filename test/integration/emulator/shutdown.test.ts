import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SLEEPS, type Stage, setStage } from './stage.ts';

/** A runtime that says when it gets SIGTERM, and ends then or never. */
const runtimeThat = (onTerm: string) => [
  '/bin/bash',
  '-c',
  `trap 'echo got-SIGTERM; ${onTerm}' TERM; echo up; while true; do sleep 0.05; done`,
];
const IGNORES_TERM = runtimeThat(':');
const ENDS_ON_TERM = runtimeThat('exit 0');

async function idleStage(stage: Stage, extensions: Readonly<Record<string, readonly string[]>>) {
  const init = stage.emulator.init();
  const events: Record<string, ReturnType<Stage['extensionNext']>> = {};
  for (const [name, subscribed] of Object.entries(extensions)) {
    events[name] = stage.extensionNext(await stage.register(name, subscribed));
  }
  await stage.emulator.untilLine(({ text }) => text === 'up');
  void stage.runtimeNext();
  await init;
  return events;
}

/** How long the shutdown took, by the emulator's own clock. */
async function shutdownMs({ emulator }: Stage): Promise<number> {
  const started = performance.now();
  await emulator.shutdown('spindown');
  return performance.now() - started;
}

const saysTerm = ({ emulator }: Stage) => emulator.lines.some(({ text }) => text === 'got-SIGTERM');

describe('shutdown', () => {
  it('without extensions kills the runtime at once, without SIGTERM', async () => {
    await using stage = await setStage({ runtimeCommand: IGNORES_TERM });
    await idleStage(stage, {});

    const tookMs = await shutdownMs(stage);

    expect(saysTerm(stage)).toBe(false);
    expect(tookMs).toBeLessThan(300);
  });

  it('with internal extensions only gives the runtime SIGTERM and 500 ms', async () => {
    await using stage = await setStage({ runtimeCommand: IGNORES_TERM });
    await idleStage(stage, { inner: [] });

    const tookMs = await shutdownMs(stage);

    expect(saysTerm(stage)).toBe(true);
    expect(tookMs).toBeGreaterThanOrEqual(490);
    expect(tookMs).toBeLessThan(1_500);
  });

  it('with an external extension gives the runtime 300 ms of 2,000, and the rest to the extension', async () => {
    await using stage = await setStage({ runtimeCommand: IGNORES_TERM, extensions: { mine: SLEEPS } });
    const events = await idleStage(stage, { mine: ['SHUTDOWN'] });
    const startedMs = performance.now();

    const shutdown = stage.emulator.shutdown('spindown');
    const { body } = (await events.mine) ?? { body: '' };
    const eventAfterMs = performance.now() - startedMs;
    await shutdown;
    const tookMs = performance.now() - startedMs;

    expect(JSON.parse(body)).toMatchObject({ eventType: 'SHUTDOWN', shutdownReason: 'spindown' });
    expect(saysTerm(stage)).toBe(true);
    expect(eventAfterMs).toBeGreaterThanOrEqual(290);
    expect(tookMs).toBeGreaterThanOrEqual(1_990);
    expect(tookMs).toBeLessThan(3_000);
  });

  it('sends SHUTDOWN when the runtime has ended, without waiting for its share', async () => {
    await using stage = await setStage({ runtimeCommand: ENDS_ON_TERM, extensions: { mine: SLEEPS } });
    const events = await idleStage(stage, { mine: ['SHUTDOWN'] });

    void stage.emulator.shutdown('spindown');
    await events.mine;

    const order = stage.emulator.timeline.map(({ kind, name, detail }) => `${kind} ${name} ${detail ?? ''}`);
    expect(order.indexOf('event exited runtime')).toBeGreaterThan(-1);
    expect(order).not.toContain('event timer shutdown-runtime');
  });

  it('kills an extension that did not subscribe to SHUTDOWN, and sends it nothing', async () => {
    await using stage = await setStage({ runtimeCommand: ENDS_ON_TERM, extensions: { quiet: SLEEPS } });
    const events = await idleStage(stage, { quiet: ['INVOKE'] });

    const tookMs = await shutdownMs(stage);

    expect(await Promise.race([events.quiet, 'nothing'])).toBe('nothing');
    expect(tookMs).toBeLessThan(1_000);
  });

  it('gives SHUTDOWN as the reply to a next that comes only then, and no signal to the extension', async () => {
    const trapped = `#!/bin/bash\ntrap 'echo extension-got-SIGTERM' TERM\nwhile true; do sleep 0.05; done\n`;
    await using stage = await setStage({ runtimeCommand: ENDS_ON_TERM, extensions: { late: trapped }, timeoutMs: 400 });
    const init = stage.emulator.init();
    const identifier = await stage.register('late', ['INVOKE', 'SHUTDOWN']);
    const event = stage.extensionNext(identifier);
    await stage.emulator.untilLine(({ text }) => text === 'up');
    void stage.runtimeNext();
    await init;
    void stage.emulator.invoke();
    await event;
    await stage.emulator.untilPhase('shutdown');

    const { body } = await stage.extensionNext(identifier);

    expect(JSON.parse(body)).toMatchObject({ eventType: 'SHUTDOWN', shutdownReason: 'timeout' });
    await stage.emulator.untilPhase('cold');
    expect(stage.emulator.lines.map(({ text }) => text)).not.toContain('extension-got-SIGTERM');
  });

  it('kills an extension that asks for more events after SHUTDOWN, at the deadline', async () => {
    await using stage = await setStage({ runtimeCommand: ENDS_ON_TERM, extensions: { mine: SLEEPS } });
    const init = stage.emulator.init();
    const identifier = await stage.register('mine', ['SHUTDOWN']);
    const event = stage.extensionNext(identifier);
    await stage.emulator.untilLine(({ text }) => text === 'up');
    void stage.runtimeNext();
    await init;
    const shutdown = stage.emulator.shutdown('spindown');
    await event;

    const again = stage.extensionNext(identifier);
    await shutdown;

    expect(await Promise.race([again, 'nothing'])).toBe('nothing');
    expect(stage.emulator.phase).toBe('cold');
    expect(stage.emulator.lines.filter(({ source }) => source === 'hint')).toEqual([]);
  });

  it('is over as soon as the extension exits', async () => {
    const script = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
id=$(curl -s -D - -o /dev/null -X POST "$api/register" -H "Lambda-Extension-Name: polite.sh" -d '{"events":["SHUTDOWN"]}' | tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
echo "last words after $(curl -s "$api/event/next" -H "Lambda-Extension-Identifier: $id")"
exit 9
`;
    await using stage = await setStage({
      handler: 'export const handler = () => 1',
      extensions: { 'polite.sh': script },
    });
    await stage.emulator.init();

    const tookMs = await shutdownMs(stage);

    expect(stage.emulator.lines.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^last words after .*"shutdownReason":"spindown"/),
    );
    expect(tookMs).toBeLessThan(1_500);
    expect(stage.emulator.telemetry.records.filter(({ type }) => type === 'platform.report')).toEqual([]);
  });

  it('leaves no process behind, also none that left its group and its parent', async () => {
    await using stage = await setStage({
      handler: `
        import { spawn } from 'node:child_process';
        export const handler = () => {
          spawn('/bin/bash', ['-c', '(setsid sleep 1234567 &) & exit 0'], { stdio: 'ignore', detached: true }).unref();
          return 1;
        };`,
      freeze: false,
    });
    await stage.emulator.invoke();
    const daemons = async () => {
      const { execFileSync } = await import('node:child_process');
      return execFileSync('ps', ['-eo', 'args'])
        .toString()
        .split('\n')
        .filter((line) => line.includes('sleep 1234567'));
    };
    while ((await daemons()).length === 0) await new Promise((resolve) => setImmediate(resolve));

    await stage.emulator.shutdown();
    while ((await daemons()).length > 0) await new Promise((resolve) => setImmediate(resolve));

    expect(await daemons()).toEqual([]);
  });

  it('starts a new environment with the next invocation, with an init of its own', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => process.pid' });

    const first = await stage.emulator.invoke();
    await stage.emulator.shutdown();
    const second = await stage.emulator.invoke();

    expect(second.payload).not.toBe(first.payload);
    const starts = stage.emulator.telemetry.records.filter(({ type }) => type === 'platform.initStart');
    expect(starts.map(({ record }) => record)).toMatchObject([{ phase: 'init' }, { phase: 'init' }]);
  });

  it('starts by itself after enough time without an invocation', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => 1', spindownAfterMs: 100 });
    await stage.emulator.invoke();

    await stage.emulator.untilPhase('shutdown');
    await stage.emulator.untilPhase('cold');

    writeFileSync(join(stage.folder, 'done'), '');
    expect(stage.emulator.timeline).toContainEqual(
      expect.objectContaining({ kind: 'event', name: 'timer', detail: 'spindown' }),
    );
  });
});
