import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/index.ts';
import { alarmClock, SLEEPS, setStage } from './stage.ts';

const WAITS_MS = 2_000;
/** Answers once the file is there. */
const ANSWERS_LATER = `
import { existsSync } from 'node:fs';
export const handler = async () => {
  console.log('begun');
  while (!existsSync('go')) await new Promise((resolve) => setImmediate(resolve));
  return 'answered';
};`;

const statuses = ({ telemetry }: Emulator) =>
  telemetry.records
    .filter(({ type }) => type === 'platform.report')
    .map(({ record }) => (record as { status: string }).status);

describe('close', () => {
  it('reports success of an invocation that has answered', async () => {
    for (let round = 0; round < 5; round++) {
      await using stage = await setStage({ handler: 'export const handler = () => 1' });
      await stage.emulator.invoke();

      await stage.emulator.close({ waitMs: 600_000 });

      expect(statuses(stage.emulator)).toEqual(['success']);
    }
  });

  it('waits for extensions that are still at work', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    const answer = stage.emulator.invoke();
    const identifier = await stage.register('mine', ['INVOKE']);
    const invoked = stage.extensionNext(identifier);
    const event = await stage.runtimeNext();
    await stage.respond(event.headers.get('lambda-runtime-aws-request-id') ?? '', '1');
    void stage.runtimeNext();
    await Promise.all([answer, invoked]);

    const closed = stage.emulator.close({ waitMs: 600_000 });
    await stage.call('GET', '/2018-06-01/ping');
    expect(stage.emulator.phase).toBe('invoke');
    void stage.extensionNext(identifier);
    await closed;

    expect(statuses(stage.emulator)).toEqual(['success']);
  });

  it('waits for an invocation that runs, and takes no other', async () => {
    await using stage = await setStage({ handler: ANSWERS_LATER, timeoutMs: 600_000 });
    const running = stage.emulator.invoke();
    await stage.emulator.untilLine(({ text }) => text.endsWith('begun'));

    const closed = stage.emulator.close({ waitMs: 600_000 });
    const late = await stage.emulator.invoke();
    writeFileSync(join(stage.folder, 'function/go'), '');

    expect((await running).payload).toBe('"answered"');
    expect(late.statusCode).toBe(503);
    await closed;
  });

  it('fails an invocation that takes longer than the bound, and answers those that wait behind it', async () => {
    const clock = alarmClock(WAITS_MS);
    await using stage = await setStage({ handler: ANSWERS_LATER, timeoutMs: 600_000, clock });
    const running = stage.emulator.invoke();
    await stage.emulator.untilLine(({ text }) => text.endsWith('begun'));
    const waiting = stage.emulator.invoke();

    const closed = stage.emulator.close();
    clock.ring(WAITS_MS);
    await closed;

    expect((await running).json()).toMatchObject({ errorType: 'Sandbox.Failure' });
    expect((await waiting).statusCode).toBe(503);
  });
});
