import { expect, it } from 'vitest';
import { readLaunchContext } from './launch-context.ts';

it('is what the supervisor handed over', () => {
  const plan = { isCombined: true, extensions: [], sockets: [], start: 'on-demand', warmsUp: false };

  const context = readLaunchContext({
    HOST_CONTROL_FD: '7',
    EXTENSION_ID: 'id',
    HOST_REASON: 'eager',
    HOST_PLAN: JSON.stringify(plan),
    HOST_REPORTED: '{"variables":["A_PORT"],"ports":[2773]}',
    HOST_LOST_RECORDS: '9',
    HOST_UNSURE_RECORDS: '4',
    HOST_IS_SUBSCRIBED: '1',
    HOST_STORE_FD: '9',
    HOST_DEADLINE_MS: '1700000000000',
  });

  expect(context).toEqual({
    control: { fd: 7, extensionId: 'id', isEager: true },
    plan,
    reported: { variables: ['A_PORT'], ports: [2773] },
    lostRecords: 9,
    unsureRecords: 4,
    isSubscribed: true,
    storeFd: 9,
    isForSnapshot: false,
    deadlineMs: 1_700_000_000_000,
  });
});

it('has no plan where the supervisor does not know of every module, and no deadline before the first invocation', () => {
  const { plan, deadlineMs } = readLaunchContext({ HOST_CONTROL_FD: '3', HOST_PLAN: '', HOST_DEADLINE_MS: '0' });

  expect([plan, deadlineMs]).toEqual([undefined, undefined]);
});

it('says whether telemetry was refused, or whether nobody has asked for it', () => {
  const states = ['1', '0', ''].map((word) => readLaunchContext({ HOST_IS_SUBSCRIBED: word }).isSubscribed);

  expect(states).toEqual([true, false, undefined]);
});

it('is empty without a supervisor', () => {
  expect(readLaunchContext({})).toEqual({
    control: undefined,
    plan: undefined,
    reported: { variables: [], ports: [] },
    lostRecords: 0,
    unsureRecords: 0,
    isSubscribed: undefined,
    storeFd: undefined,
    isForSnapshot: false,
    deadlineMs: undefined,
  });
});
