import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { readSettings } from '../../foundation/settings.ts';
import { hostOfInsights, recordsOf } from '../../test/support/lambda/insights-here.ts';
import type { Handlers, SettingValues } from '../sdk/index.ts';
import { startInsights } from './insights.ts';
import { settings } from './settings.ts';

/** The extension with a telemetry extension that counts; it reads the /proc of this machine. */
function start({
  isManagedInstances = false,
  environment = { LAMBDA_INSIGHTS: 'otlp' } as Record<string, string>,
} = {}) {
  const emitted: string[] = [];
  const served: string[] = [];
  const host = hostOfInsights({
    isManagedInstances,
    serve: ({ name }) => {
      served.push(name);
      return Promise.reject(new Error('serves nothing'));
    },
    emit: (measurements) => {
      if (emitted.length < 100) emitted.push(...measurements.map(({ name }) => name));
      return true;
    },
  });
  const { values } = readSettings(settings, environment);
  const handlers: Handlers = startInsights({ settings: values as SettingValues<typeof settings>, host });
  return { handlers, emitted, served };
}

async function invocations(handlers: Handlers, from: number, to: number): Promise<void> {
  const { signal } = new AbortController();
  for (let count = from; count < to; count++) {
    const requestId = String(count);
    const deadlineMs = Date.now() + 60_000;
    await handlers.invoke?.({ eventType: 'INVOKE', requestId, deadlineMs, invokedFunctionArn: '' }, { signal });
    await handlers.telemetry?.(recordsOf(requestId));
  }
}

/** What is left after a collection of garbage. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it('10,000 invocations leave the memory as it was', { timeout: 120_000 }, async () => {
  const { handlers } = start();
  await invocations(handlers, 0, 1_000);
  const before = heapBytes();

  await invocations(handlers, 1_000, 11_000);

  // 100 bytes an invocation would be a leak of a megabyte.
  expect(heapBytes() - before).toBeLessThan(1_000_000);
});

it.each([false, true])('opens no port of its own (managed instances: %s)', async (isManagedInstances) => {
  const { handlers, served } = start({ isManagedInstances });
  const { signal } = new AbortController();

  await handlers.ready?.();
  await invocations(handlers, 0, 2);
  await handlers.shutdown?.({ eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs: 0 }, { signal });

  expect(served).toEqual([]);
});

it('that no word of LAMBDA_INSIGHTS switches on has no handlers', () => {
  expect(start({ environment: { LAMBDA_INSIGHTS: 'prometheus' } }).handlers).toEqual({});
});

it.skipIf(process.platform !== 'linux')('hands each number of an event to telemetry', async () => {
  const { handlers, emitted } = start();

  await invocations(handlers, 0, 1);

  expect(emitted).toEqual(expect.arrayContaining(['cpu_user_time', 'memory_utilization', 'fd_use'].map(inOtlp)));
});

const inOtlp = (field: string) => `aws.lambda.insights.${field}`;
