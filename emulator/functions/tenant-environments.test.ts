import fc from 'fast-check';
import { expect, it } from 'vitest';
import { manualClock } from '../../test/support/builders/manual-clock.ts';
import { newInvocationRequest } from '../apis/invocation-request.ts';
import type { Environment } from '../environment/environment.ts';
import type { InvocationRequest } from '../environment/events-and-effects.ts';
import type { Reply } from '../environment/state.ts';
import { createFunction } from './local-function.ts';

const DONE: Reply = { status: 200, headers: {}, body: '{}' };
const FAILED: Reply = { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: '{}' };

/** An environment that notes whom it served. */
function served(reply: () => Reply) {
  const requests: InvocationRequest[] = [];
  const ask: Environment['ask'] = (question, onReply) => {
    if (question.type === 'invoke') requests.push(question.invocation);
    onReply(reply(), undefined);
    return requests.length;
  };
  return { requests, ask };
}

function isolatedFunction({ reply = () => DONE, starts = () => Promise.resolve() } = {}) {
  const environments: ReturnType<typeof served>[] = [];
  const hints: string[] = [];
  const clock = manualClock();
  const callee = createFunction({
    clock,
    config: {
      functionName: 'f',
      functionVersion: '$LATEST',
      functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
      concurrency: 1,
      tenantIsolation: true,
      durable: false,
    },
    eventRetryDelaysMs: [1_000],
    keepFailedEvent: undefined,
    onHint: (text) => void hints.push(text),
  });
  callee.isolate(async () => {
    await starts();
    const environment = served(reply);
    environments.push(environment);
    return environment;
  });
  const invoke = (tenantId: string, kind: InvocationRequest['kind'] = 'RequestResponse') =>
    new Promise<Reply>((resolve) =>
      callee.invoke(newInvocationRequest({ kind, payload: Buffer.from(`"${tenantId}"`), tenantId }), resolve),
    );
  return { callee, clock, environments, hints, invoke };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('never gives an invocation of one tenant to the environment of another, in any order and with retries', async () => {
  const tenant = fc.constantFrom('red', 'green', 'blue', 'red ', 'RED');
  const kind = fc.constantFrom('RequestResponse', 'Event', 'Streaming');
  const call = fc.record({ tenant, kind, isAwaited: fc.boolean(), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 40 }), async (calls) => {
      let fails = false;
      const { callee, clock, environments, invoke } = isolatedFunction({ reply: () => (fails ? FAILED : DONE) });
      for (const one of calls) {
        fails = one.fails;
        const replied = invoke(one.tenant, one.kind);
        if (one.isAwaited) await replied;
      }
      await settled();
      fails = false;
      clock.pass(1_000);
      await settled();
      callee[Symbol.dispose]();

      const tenants = environments.map(({ requests }) => [...new Set(requests.map(({ tenantId }) => tenantId))]);
      expect(tenants.every((those) => those.length === 1)).toBe(true);
      expect(tenants.flat().sort()).toEqual([...new Set(calls.map((one) => one.tenant))].sort());
      const payloads = environments.flatMap(({ requests }) => requests);
      expect(payloads.every(({ tenantId, payload }) => Buffer.from(payload).toString() === `"${tenantId}"`)).toBe(true);
    }),
  );
});

it('starts one environment for invocations of a tenant that come together', async () => {
  const { environments, invoke } = isolatedFunction();

  await Promise.all([invoke('blue'), invoke('blue'), invoke('blue')]);

  expect(environments.map(({ requests }) => requests.length)).toEqual([3]);
});

it('answers 429 where the environment of a tenant cannot start, and tries again', async () => {
  let isBroken = true;
  const starts = () => (isBroken ? Promise.reject(new Error('no port is free')) : Promise.resolve());
  const { hints, invoke } = isolatedFunction({ starts });

  const first = await invoke('blue');
  isBroken = false;
  const second = await invoke('blue');

  expect([first.status, second.status]).toEqual([429, 200]);
  expect(hints).toEqual(['Cannot start an environment for tenant "blue": no port is free']);
});

it('refuses the 101st tenant rather than fill the machine', async () => {
  const { environments, hints, invoke } = isolatedFunction();
  for (let index = 0; index < 100; index++) await invoke(`tenant-${index}`);

  const { status } = await invoke('one-more');

  expect([status, environments.length]).toEqual([429, 100]);
  expect(hints).toEqual([expect.stringContaining('100 tenants')]);
});

it('refuses an invocation without a tenant, also one that nobody waits for', async () => {
  const { callee, environments } = isolatedFunction();
  const request = newInvocationRequest({ kind: 'Event', payload: Buffer.from('1') });

  const reply = await new Promise<Reply>((resolve) => callee.invoke(request, resolve));

  expect([reply.status, environments.length]).toEqual([400, 0]);
});
