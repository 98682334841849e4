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

it('when it is killed, Lambda fails one invocation, and the next one has a new environment', async () => {
  await using lambda = await startLambda();
  const invocation = lambda.invoke({ waitMs: 20_000 });
  await lambda.untilPhase('invoke');

  lambda.kill({ extension: 'lambda-node-extended' });
  const failed = await invocation;
  const next = await lambda.invoke({ waitMs: 1 });

  expect(failed.json()).toMatchObject({ errorType: 'Extension.Crash' });
  expect(next.payload).toBe('{"waitMs":1}');
});
