import { expect, it } from 'vitest';
import { beginExecution } from './durable-execution.ts';

const config = {
  functionName: 'f',
  functionVersion: '7',
  functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
  concurrency: 1,
  tenantIsolation: false,
  durable: true,
};
/** AWS's own pattern of these ARNs. */
const ARN =
  /^arn:([a-zA-Z0-9-]+):lambda:([a-zA-Z0-9-]+):(\d{12}):function:([a-zA-Z0-9_-]+):(\$LATEST(?:\.PUBLISHED)?|[0-9]+)\/durable-execution\/([a-zA-Z0-9_-]+)\/([a-zA-Z0-9_-]+)$/;

it.each([
  ['the name that the caller gives', 'order-7', 'order-7'],
  ['a name of its own without one', undefined, expect.stringMatching(/^[\da-f-]{36}$/)],
])('begins an execution with %s', (_case, given, name) => {
  const { executionArn = '' } = beginExecution(given, config);

  expect(ARN.exec(executionArn)?.slice(4, 7)).toEqual(['f', '7', name]);
});

it.each(['', 'a b', 'x'.repeat(65)])('refuses the name "%s"', (name) => {
  expect(beginExecution(name, config).refused?.status).toBe(400);
});

it('begins none for a function that is not durable, and refuses a name there', () => {
  const other = { ...config, durable: false };

  expect(beginExecution(undefined, other)).toEqual({});
  expect(beginExecution('order-7', other).refused?.status).toBe(400);
});
