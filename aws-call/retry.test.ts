import { expect, it } from 'vitest';
import { manualClock } from '../test/support/builders/manual-clock.ts';
import { AwsError } from './errors.ts';
import { retryAfterMs, withRetries } from './retry.ts';

const { signal } = new AbortController();
const answered = (status: number, code: string, headers = {}) =>
  new AwsError({ status, headers, body: Buffer.from(JSON.stringify({ __type: code, message: 'm' })) });
const broken = (code: string) => Object.assign(new Error('broken'), { code });

it.each<[string, unknown, number, number | undefined]>([
  ['throttling', answered(400, 'ThrottlingException'), 1, 250],
  ['throttling for the second time', answered(400, 'ThrottlingException'), 2, 500],
  ['a 429', answered(429, 'X'), 1, 250],
  ['an error of AWS', answered(500, 'InternalServiceError'), 1, 50],
  ['the page of a proxy', answered(503, ''), 2, 100],
  ['a wait that AWS asks for', answered(503, '', { 'retry-after': '3' }), 1, 3_000],
  ['a wait for an hour', answered(503, '', { 'retry-after': '3600' }), 1, 20_000],
  ['many errors of AWS', answered(500, 'InternalServiceError'), 30, 10_000],
  ['a reset', broken('ECONNRESET'), 1, 50],
  ['nobody who listens', broken('ECONNREFUSED'), 1, 50],
  ['no connection in time', broken('ERR_SOCKET_CONNECTION_TIMEOUT'), 1, 50],
  ['a name server that does not answer', broken('EAI_AGAIN'), 1, 50],
  ['a refusal', answered(400, 'AccessDeniedException'), 1, undefined],
  ['a secret that does not exist', answered(400, 'ResourceNotFoundException'), 1, undefined],
  ['a bad certificate', broken('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 1, undefined],
  ['a mistake of ours', new TypeError('x'), 1, undefined],
])('waits after %s as long as the AWS SDK, or not at all', (_what, error, attempts, expected) => {
  expect(retryAfterMs(error, attempts, 0.5)).toBe(expected);
});

function setUp(outcomes: (Error | string)[]) {
  const clock = manualClock();
  const attempts: unknown[] = [];
  const attempt = async () => {
    const outcome = outcomes[attempts.length];
    attempts.push(outcome);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { clock, attempts, attempt, options: { clock, random: () => 0.5, mostAttempts: 3, repair: () => false } };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('tries three times, with a longer pause each time', async () => {
  const { attempt, attempts, clock, options } = setUp([broken('EPIPE'), broken('EPIPE'), 'value']);

  const value = withRetries(attempt, options, signal);
  for (const ms of [50, 100]) {
    await turn();
    clock.pass(ms);
  }

  expect(await value).toBe('value');
  expect([attempts.length, clock.sleptMs]).toEqual([3, [50, 100]]);
});

it('gives up with the last error', async () => {
  const { attempt, clock, options } = setUp([broken('EPIPE'), broken('EPIPE'), broken('ECONNRESET')]);

  const value = withRetries(attempt, options, signal);
  value.catch(() => undefined);
  for (const ms of [50, 100]) {
    await turn();
    clock.pass(ms);
  }

  await expect(value).rejects.toMatchObject({ code: 'ECONNRESET' });
});

it('does not wait where the next try is another one', async () => {
  const { attempt, clock, options } = setUp([answered(400, 'InvalidSignatureException'), 'value']);

  expect(await withRetries(attempt, { ...options, repair: () => true }, signal)).toBe('value');
  expect(clock.sleptMs).toEqual([]);
});

it('says why the last try failed when the time is over during a pause', async () => {
  const { attempt, attempts, options } = setUp([broken('EPIPE'), 'value']);
  const over = new AbortController();

  const value = withRetries(attempt, options, over.signal);
  await turn();
  over.abort();

  await expect(value).rejects.toMatchObject({ code: 'EPIPE' });
  expect(attempts).toHaveLength(1);
});
