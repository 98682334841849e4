import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../emulator/index.ts';
import { setStage } from './stage.ts';

/** What it remembers of its callers is in the memory of its process. */
const REMEMBERS = `
  const seen = [];
  export const handler = (event, context) => {
    seen.push(context.tenantId);
    console.log('secret of ' + context.tenantId, event);
    return { seen, pid: process.pid };
  };`;
const isolated = { tenantIsolation: true, logFormat: 'JSON', handler: REMEMBERS } as const;

interface Remembered {
  readonly seen: string[];
  readonly pid: number;
}

const everythingOf = (emulator: Emulator | undefined) => JSON.stringify([emulator?.telemetry.records, emulator?.lines]);

describe('with tenant isolation', () => {
  it('each tenant has an environment of its own, which sees nothing of the others', async () => {
    await using stage = await setStage(isolated);
    const { emulator } = stage;
    const invoke = async (tenantId: string) => (await emulator.invoke({}, { tenantId })).json<Remembered>();

    const interleaved = ['tenant-kiwi', 'tenant-plum', 'tenant-kiwi', 'tenant-fig', 'tenant-plum', 'tenant-kiwi'];
    const last = new Map<string, Remembered>();
    for (const tenant of interleaved) last.set(tenant, await invoke(tenant));

    expect([...last].map(([tenant, { seen }]) => [tenant, seen])).toEqual([
      ['tenant-kiwi', ['tenant-kiwi', 'tenant-kiwi', 'tenant-kiwi']],
      ['tenant-plum', ['tenant-plum', 'tenant-plum']],
      ['tenant-fig', ['tenant-fig']],
    ]);
    expect(new Set([...last.values()].map(({ pid }) => pid)).size).toBe(3);
    expect(emulator.tenant('tenant-kiwi')).toBe(emulator);
    expect(emulator.tenant('tenant-pear')).toBeUndefined();
    for (const tenant of last.keys()) {
      const others = [...last.keys()].filter((other) => other !== tenant);
      const all = everythingOf(emulator.tenant(tenant));
      expect(all).toContain(`secret of ${tenant}`);
      for (const other of others) expect(all).not.toContain(other);
    }
  });

  it('records, JSON log lines and the runtime name the tenant, the extension event does not', async () => {
    await using stage = await setStage(isolated);
    const { emulator } = stage;

    await emulator.invoke({}, { tenantId: 'tenant-plum' });
    await emulator.telemetry.waitFor(({ type }) => type === 'platform.report');

    const tenantsOf = (type: string) =>
      emulator.telemetry.records
        .filter((record) => record.type === type)
        .map(({ record }) => (record as { tenantId?: string }).tenantId);
    expect([tenantsOf('platform.start'), tenantsOf('platform.report')]).toEqual([['tenant-plum'], ['tenant-plum']]);
    expect(tenantsOf('platform.runtimeDone')).toEqual([undefined]);
    const line = emulator.lines.find(({ source }) => source === 'function')?.text ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ tenantId: 'tenant-plum', level: 'INFO' });
  });

  it('an environment that ended starts again for its own tenant', async () => {
    await using stage = await setStage(isolated);
    const { emulator } = stage;
    await emulator.invoke({}, { tenantId: 'tenant-kiwi' });
    await emulator.invoke({}, { tenantId: 'tenant-plum' });

    await emulator.shutdown('spindown');
    const results = await Promise.all(
      ['tenant-plum', 'tenant-kiwi'].map((tenantId) => emulator.invoke({}, { tenantId })),
    );

    expect(results.map((result) => result.json<Remembered>().seen)).toEqual([
      ['tenant-plum', 'tenant-plum'],
      ['tenant-kiwi'],
    ]);
  });

  it('Lambda’s words refuse an invocation without a tenant', async () => {
    await using stage = await setStage(isolated);
    const invoke = (headers: Record<string, string>) =>
      fetch(stage.emulator.invokeUrl, { method: 'POST', body: '{}', headers });

    const answers = await Promise.all([
      invoke({}),
      invoke({ 'X-Amz-Invocation-Type': 'Event' }),
      invoke({ 'X-Amz-Invocation-Type': 'DryRun' }),
      invoke({ 'X-Amz-Invocation-Type': 'DryRun', 'X-Amz-Tenant-Id': 'tenant-plum' }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 204]);
    expect(answers[0]?.headers.get('x-amzn-errortype')).toBe('InvalidParameterValueException');
    expect(await answers[0]?.json()).toMatchObject({
      message:
        'The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.',
    });
  });
});

it('a tenant is refused where the function has no tenant isolation', async () => {
  await using stage = await setStage({ handler: REMEMBERS });

  const { statusCode, payload } = await stage.emulator.invoke({}, { tenantId: 'tenant-plum' });

  expect(statusCode).toBe(400);
  expect(payload).toContain('Remove the tenant ID from your request');
});

it.each([
  ['SnapStart', { initializationType: 'snap-start' }],
  ['provisioned concurrency', { initializationType: 'provisioned-concurrency' }],
  ['a web server', { http: {} }],
] as const)('tenant isolation does not go together with %s', async (_what, options) => {
  await expect(setStage({ ...options, tenantIsolation: true, handler: REMEMBERS })).rejects.toThrow('tenantIsolation');
});
