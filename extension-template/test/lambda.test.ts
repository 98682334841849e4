/** The built extension, as a process beside a function on a local Lambda. Needs no Docker. */
import { resolve } from 'node:path';
import { startEmulator } from 'lambda-node-extended/emulator';
import { assertLine, assertNoHints } from 'lambda-node-extended/testing';
import { expect, it } from 'vitest';

const functionDir = resolve(import.meta.dirname, '../function');
const optDir = resolve(import.meta.dirname, '../dist/opt');
const startLambda = () =>
  startEmulator({ functionDir, optDir, environment: { MY_EXTENSION_SLOW_MS: '100' }, timeoutMs: 30_000 });

it('lives as Lambda wants it: registers, gets telemetry, is frozen between invocations, and ends with SHUTDOWN', async () => {
  await using lambda = await startLambda();

  const { payload } = await lambda.invoke({ waitMs: 150 });
  await lambda.untilPhase('idle');
  const isFrozen = lambda.isFrozen;
  await lambda.invoke({ waitMs: 150 });
  await lambda.untilPhase('idle');
  await lambda.shutdown();

  expect(payload).toBe('{"waitMs":150}');
  expect(isFrozen).toBe(true);
  assertLine(lambda, /Invocation \S+ took \d+ ms\./);
  assertLine(lambda, '2 invocations were slow.');
  assertNoHints(lambda);
});

it('does not fail the function when it is killed', async () => {
  await using lambda = await startLambda();
  await lambda.invoke();
  await lambda.untilPhase('idle');

  lambda.kill({ extension: 'lambda-node-extended' });
  const { functionError, payload } = await lambda.invoke({ waitMs: 1 });

  expect(functionError).toBeUndefined();
  expect(payload).toBe('{"waitMs":1}');
});
