import { expect, it } from 'vitest';
import {
  anotherRequestId,
  aSource,
  at,
  initReport,
  initStart,
  requestId,
  spansOf,
  start,
  startMs,
} from '../../../test/support/builders/lambda-records.ts';
import type { Attributes, Item } from '../items/item.ts';
import { logItem } from '../items/log-line.ts';
import { platformEvents } from './platform-events.ts';

const arn = (id: string) => `arn:aws:lambda:eu-central-1:1:function:orders:1/durable-execution/order-4711/${id}`;

it('counts the cold start of an execution that begins, when its outcome is known', () => {
  const { take, line } = anEnvironment();
  const begun = take(start());
  line(requestId, { executionArn: arn('e-1') });

  expect(counted(begun, 'faas.coldstarts')).toBe(0);
  expect(counted(take(done(requestId)), 'faas.coldstarts')).toBe(1);
});

it('does not count the cold start of a replay', () => {
  const { take } = anEnvironment();

  const items = [
    ...take(startWith(requestId, { durableExecutionArn: arn('e-1'), isReplay: true })),
    ...take(done(requestId)),
  ];

  expect(counted(items, 'faas.coldstarts')).toBe(0);
  expect(spansOf(items).find(({ name }) => name === 'orders')?.attributes).toMatchObject({
    'faas.coldstart': true,
    'aws.lambda.durable_execution.name': 'order-4711',
    'aws.lambda.durable_execution.id': 'e-1',
    'aws.lambda.durable_execution.replay': true,
  });
});

it('counts the failure of an execution once, and tells replays apart among the invocations', () => {
  const { take, line } = anEnvironment();
  const run = (id: string, status: string) => {
    take(startWith(id));
    line(id, { executionArn: arn('e-1'), requestId: id });
    return take(done(id, { status }));
  };

  const [first, replay, again, other] = [
    run(requestId, 'success'),
    run(anotherRequestId, 'error'),
    run('third', 'timeout'),
    [...take(startWith('fourth', { durableExecutionArn: arn('e-2') })), ...take(done('fourth', { status: 'error' }))],
  ];

  const failures = [first, replay, again, other].map(
    (items) => counted(items, 'faas.errors') + counted(items, 'faas.timeouts'),
  );
  expect(failures).toEqual([0, 1, 0, 1]);
  expect([first, replay, again, other].map((items) => counted(items, 'faas.invocations'))).toEqual([1, 1, 1, 1]);
  expect(replayOf(replay)).toBe(true);
  expect(replayOf(first)).toBeUndefined();
});

it('hands over to the next process which executions were there', () => {
  const before = anEnvironment();
  before.take(startWith(requestId, { durableExecutionArn: arn('e-1') }));
  before.take(done(requestId, { status: 'error' }));
  const { take, platform } = anEnvironment();
  platform.restore(JSON.parse(JSON.stringify(before.platform.save())));

  take(startWith(anotherRequestId, { durableExecutionArn: arn('e-1') }));

  expect(counted(take(done(anotherRequestId, { status: 'error' })), 'faas.errors')).toBe(0);
});

it('has the tenant in the span of its invocation', () => {
  const { take } = anEnvironment();
  take(startWith(requestId, { tenantId: 'blue' }));

  expect(spansOf(take(done(requestId))).find(({ name }) => name === 'orders')?.attributes).toMatchObject({
    'aws.lambda.tenant_id': 'blue',
  });
});

it('counts the cold start of other functions at once, whatever their lines say', () => {
  const { take, line } = anEnvironment('nodejs:24.v3');
  const begun = take(start());
  line(requestId, { executionArn: arn('e-1') });

  expect([begun, take(done(requestId))].map((items) => counted(items, 'faas.coldstarts'))).toEqual([1, 0]);
});

function anEnvironment(runtimeVersion = 'nodejs:24.DurableFunction.v1') {
  const platform = platformEvents({
    source: aSource,
    functionName: 'orders',
    architecture: 'x64',
    isManagedInstances: false,
  });
  const take = (...records: { time: string; type: string; record: unknown }[]) => {
    const items: Item[] = [];
    for (const { time, type, record } of records) platform.take(type, record, Date.parse(time), items);
    return items;
  };
  const { record, ...envelope } = initStart();
  take({ ...envelope, record: { ...record, runtimeVersion } }, initReport());
  const line = (id: string, attributes: Attributes) => {
    const item = { ...logItem('function', aSource, 'function', startMs, 'a line'), requestId: id, attributes };
    platform.notice(item, []);
  };
  return { platform, take, line };
}

function startWith(id: string, fields: object = {}) {
  const { record, ...envelope } = start(id);
  return { ...envelope, record: { ...record, ...fields } };
}

function done(id: string, outcome: object = { status: 'success' }) {
  return { time: at(141), type: 'platform.runtimeDone', record: { requestId: id, ...outcome } };
}

function counted(items: readonly Item[], name: string): number {
  return items.filter((item) => item.signal === 'metrics' && item.name === name).length;
}

function replayOf(items: readonly Item[]) {
  const invocations = items.find((item) => item.signal === 'metrics' && item.name === 'faas.invocations');
  return invocations?.attributes['aws.lambda.durable_execution.replay'];
}
