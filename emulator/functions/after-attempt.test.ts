import { expect, it } from 'vitest';
import { afterAttempt } from './after-attempt.ts';

const reply = (status: number, headers = {}) => ({ status, headers, body: '' });
const failed = reply(200, { 'x-amz-function-error': 'Unhandled' });

it.each([
  ['forgets an event that succeeded', reply(200), 1, { do: 'forget' }],
  ['retries one that failed after the first delay', failed, 1, { do: 'retry', inMs: 60 }],
  ['retries it once more after the second', failed, 2, { do: 'retry', inMs: 120 }],
  ['gives up after the last retry', failed, 3, { do: 'give-up' }],
  ['forgets all when the emulator ends', reply(503), 1, { do: 'forget' }],
] as const)('%s', (_, answer, attempts, expected) => {
  expect(afterAttempt(answer, attempts, [60, 120])).toEqual(expected);
});
