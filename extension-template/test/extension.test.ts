/** The extension in this process: quick, and by a clock that stands still. */
import { assertLine, assertNoLine, startExtension } from 'lambda-node-extended/testing';
import { expect, it } from 'vitest';
import extension from '../src/extension.ts';

it('logs an invocation that takes longer than MY_EXTENSION_SLOW_MS, and no other', async () => {
  await using lambda = await startExtension(extension, { environment: { MY_EXTENSION_SLOW_MS: '500' } });

  await lambda.telemetry([done('quick', 500), done('slow', 501)]);

  assertLine(lambda, 'Invocation slow took 501 ms.');
  assertNoLine(lambda, 'Invocation quick');
});

it('counts across a freeze, and says the number at SHUTDOWN', async () => {
  await using lambda = await startExtension(extension);

  await lambda.telemetry([done('one', 2_000)]);
  lambda.freeze(60_000);
  await lambda.telemetry([done('two', 2_000)]);
  await lambda.shutdown();

  assertLine(lambda, '2 invocations were slow.');
});

it('names a setting that is wrong, and runs on with the default', async () => {
  await using lambda = await startExtension(extension, { environment: { MY_EXTENSION_SLOW_MS: 'soon' } });

  await lambda.telemetry([done('slow', 1_001)]);

  expect(lambda.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  assertLine(lambda, 'MY_EXTENSION_SLOW_MS');
  assertLine(lambda, 'Invocation slow took 1001 ms.');
});

/** The record that Lambda makes at the end of an invocation. */
function done(requestId: string, durationMs: number) {
  return { type: 'platform.runtimeDone', record: { requestId, status: 'success', metrics: { durationMs } } };
}
