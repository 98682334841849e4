import { existsSync, readFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alarmClock, setStage, until } from './stage.ts';

/** Fails as often as its event says, and tells each attempt. */
const FAILS = `let attempts = 0;
export const handler = ({ failures }, { awsRequestId }) => {
  console.log('attempt', ++attempts, awsRequestId);
  if (attempts <= failures) throw new Error('attempt ' + attempts + ' failed');
}`;

describe('an Event invocation', () => {
  it('that fails is retried after a minute, and after two more, with the same request id', async () => {
    const clock = alarmClock(60_000, 120_000);
    await using stage = await setStage({ handler: FAILS, clock });
    const attempt = (n: number) => stage.emulator.untilLine(({ text }) => text.includes(`attempt ${n} `));

    const { statusCode, requestId } = await stage.emulator.invoke({ failures: 2 }, { kind: 'Event' });
    await attempt(1);
    await until(() => clock.sleepsMs.includes(60_000));
    clock.ring(60_000);
    await attempt(2);
    await until(() => clock.sleepsMs.includes(120_000));
    clock.ring(120_000);
    const last = await attempt(3);

    expect(statusCode).toBe(202);
    expect(last.text).toContain(requestId);
    expect(stage.emulator.lines.filter(({ source }) => source === 'hint').map(({ text }) => text)).toEqual([
      `Event ${requestId} failed. Lambda invokes again, and so do we, in 60 s (2 of 3).`,
      `Event ${requestId} failed. Lambda invokes again, and so do we, in 120 s (3 of 3).`,
    ]);
  });

  it('that fails three times is kept in the dead-letter file, as a destination of Lambda gets it', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'dead-letters-'));
    const deadLetterFile = join(folder.path, 'failed.jsonl');
    await using stage = await setStage({ handler: FAILS, eventRetryDelaysMs: [0, 0], deadLetterFile });

    const { requestId } = await stage.emulator.invoke({ failures: 9 }, { kind: 'Event', qualifier: 'live' });
    await stage.emulator.untilLine(
      ({ text }) => text === `Event ${requestId} failed 3 times and is in the dead-letter file.`,
    );

    const [line, ...others] = readFileSync(deadLetterFile, 'utf8').trim().split('\n');
    expect(others).toEqual([]);
    expect(JSON.parse(line ?? '')).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      requestContext: {
        requestId,
        functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:function:live',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { failures: 9 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: expect.objectContaining({ errorType: 'Error', errorMessage: 'attempt 3 failed' }),
    });
  });

  it('that is out of time is retried, too', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'dead-letters-'));
    const deadLetterFile = join(folder.path, 'failed.jsonl');
    await using stage = await setStage({
      handler: 'export const handler = () => new Promise(() => setInterval(() => {}, 1_000))',
      timeoutMs: 300,
      eventRetryDelaysMs: [0],
      deadLetterFile,
    });

    await stage.emulator.invoke({}, { kind: 'Event' });
    await stage.emulator.untilLine(({ text }) => text.includes('failed 2 times'));

    expect(JSON.parse(readFileSync(deadLetterFile, 'utf8')).responsePayload.errorType).toBe('Sandbox.Timedout');
  });

  it('that succeeds is neither retried nor kept', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'dead-letters-'));
    const deadLetterFile = join(folder.path, 'failed.jsonl');
    await using stage = await setStage({ handler: FAILS, eventRetryDelaysMs: [0, 0], deadLetterFile });

    await stage.emulator.invoke({ failures: 0 }, { kind: 'Event' });
    await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.report');
    await stage.emulator.invoke({ failures: 0 });

    const attempts = stage.emulator.lines.filter(({ text }) => text.includes('attempt'));
    expect([attempts.length, existsSync(deadLetterFile)]).toEqual([2, false]);
  });

  it('waits for its turn where other calls would get 429', async () => {
    await using stage = await setStage({ whenBusy: 'reject' });
    void stage.emulator.invoke({ first: true });
    const first = await stage.runtimeNext();

    const second = await stage.emulator.invoke({ second: true }, { kind: 'Event' });
    const refused = await stage.emulator.invoke({ third: true });
    await stage.respond(first.headers.get('lambda-runtime-aws-request-id') ?? '', '1');
    const next = await stage.runtimeNext();

    expect([second.statusCode, refused.statusCode, next.body]).toEqual([202, 429, '{"second":true}']);
  });

  it('that waits for a retry when the emulator ends is reported as lost', async () => {
    const clock = alarmClock(60_000);
    const stage = await setStage({ handler: FAILS, clock });

    await stage.emulator.invoke({ failures: 1 }, { kind: 'Event' });
    await until(() => clock.sleepsMs.includes(60_000));
    await stage[Symbol.asyncDispose]();

    expect(stage.emulator.lines.at(-1)?.text).toBe(
      'Dropped 1 events that waited for a retry, because the emulator ends.',
    );
  });
});
