import { expect, it } from 'vitest';
import { setStage } from './stage.ts';

const options = { functionVersion: '7', durable: true, handler: 'export const handler = (event) => event;' };
const ARN = /^arn:aws:lambda:us-east-1:123456789012:function:function:7\/durable-execution\/order-7\/[\da-f-]{36}$/;

it('a durable function says so in initStart, and its caller learns the execution', async () => {
  await using stage = await setStage(options);

  const result = await stage.emulator.invoke({ a: 1 }, { durableExecutionName: 'order-7' });

  const { record } = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.initStart');
  expect(record).toMatchObject({ runtimeVersion: expect.stringContaining('DurableFunction') });
  expect(result.durableExecutionArn).toMatch(ARN);
  expect(result.json()).toEqual({ a: 1 });
});

it('the execution is named over HTTP, also to a caller who does not wait', async () => {
  await using stage = await setStage(options);
  const invoke = (headers: Record<string, string>) =>
    fetch(stage.emulator.invokeUrl, { method: 'POST', body: '{}', headers });

  const event = await invoke({ 'X-Amz-Invocation-Type': 'Event', 'X-Amz-Durable-Execution-Name': 'order-7' });
  const wrong = await invoke({ 'X-Amz-Durable-Execution-Name': 'order 7' });

  expect([event.status, event.headers.get('x-amz-durable-execution-arn')]).toEqual([202, expect.stringMatching(ARN)]);
  expect([wrong.status, wrong.headers.get('x-amzn-errortype')]).toEqual([400, 'InvalidParameterValueException']);
});
