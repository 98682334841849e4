import { describe, expect, it } from 'vitest';
import type { Usage } from '../measure/usage.ts';
import type { Invocation } from './invocation.ts';
import { invocationLife } from './invocation-life.ts';
import { platformEventOf } from './platform-event.ts';

/** Each lap says which one it is. */
function life() {
  const finished: Invocation[] = [];
  let laps = 0;
  const lap = (): Usage => ({ userMs: ++laps });
  const it = invocationLife({ lap, onFinished: (invocation) => finished.push(invocation), nowMs: () => NOW_MS });
  const take = (type: string, record: object, ms = 0) => {
    const element = { time: new Date(NOW_MS + ms).toISOString(), type: `platform.${type}`, record };
    const event = platformEventOf(element, NOW_MS);
    if (event !== undefined) it.take(event);
  };
  return {
    ...it,
    finished,
    record: take,
    invoke: (requestId: string) => it.invoke({ requestId, tracing: { value: `Root=1-${requestId};Sampled=1` } }),
    start: (requestId: string) => take('start', { requestId }),
    done: (requestId: string, outcome: object = { status: 'success' }) =>
      take('runtimeDone', { requestId, metrics: { durationMs: 5 }, ...outcome }),
    report: (requestId: string, outcome: object = { status: 'success' }) =>
      take('report', { requestId, metrics: REPORT, ...outcome }, 10),
    initialise: (type = 'on-demand', phase = 'init') => {
      const identity = { initializationType: type, phase };
      take('initStart', identity, -500);
      take('initRuntimeDone', identity, -200);
      take('initReport', { ...identity, metrics: { durationMs: 420 } }, -80);
    },
  };
}

const NOW_MS = 1_700_000_000_000;
const REPORT = { durationMs: 5.4, billedDurationMs: 6, memorySizeMB: 128, maxMemoryUsedMB: 84 };

const ids = (finished: readonly Invocation[]) => finished.map(({ requestId }) => requestId);

describe('an invocation', () => {
  it('is held until its report, which comes during the next one', () => {
    const { invoke, start, done, report, finished } = life();

    invoke('a');
    start('a');
    done('a');
    invoke('b');
    const before = finished.length;
    report('a');

    expect(before).toBe(0);
    expect(finished).toEqual([
      {
        requestId: 'a',
        traceId: '1-a',
        isColdStart: false,
        status: 'success',
        runtimeMs: 5,
        report: REPORT,
        endedAtMs: NOW_MS + 10,
        usage: { userMs: 2 },
      },
    ]);
  });

  it('has what was used until the next INVOKE, if nobody says before that it is done', () => {
    const { invoke, start, done, report, finished } = life();

    invoke('a');
    invoke('b');
    start('a');
    done('a');
    report('a');

    expect(finished[0]?.usage).toEqual({ userMs: 2 });
  });

  it('leaves to nobody what is used between its end and the next INVOKE', () => {
    const { invoke, done, report, finished } = life();

    invoke('a');
    done('a');
    invoke('b');
    done('b');
    report('a');
    report('b');

    expect(finished.map(({ usage }) => usage?.userMs)).toEqual([2, 4]);
  });

  it('is known from records where this process began later, with what was used since then', () => {
    const { initialise, start, done, report, finished, invoke } = life();

    initialise();
    start('a');
    done('a');
    report('a');
    invoke('b');

    expect(finished).toMatchObject([{ requestId: 'a', isColdStart: true, usage: { userMs: 1 } }]);
  });

  it('gets what was used since this process began, also if its records come after the next INVOKE', () => {
    const { initialise, start, report, finished, invoke } = life();

    invoke('b');
    initialise();
    start('a');
    report('a');

    expect(finished).toMatchObject([{ requestId: 'a', isColdStart: true, usage: { userMs: 1 } }]);
  });

  it('is not measured twice where its record comes before its INVOKE', () => {
    const { start, invoke, report, finished } = life();

    start('a');
    invoke('a');
    report('a');

    expect(finished).toMatchObject([{ requestId: 'a', traceId: '1-a', usage: { userMs: 1 } }]);
  });

  it('keeps what the preload measured during it, and nothing of others', () => {
    const { invoke, measured, report, finished } = life();
    const figures = {
      requestId: 'a',
      eventLoopDelayMeanMs: 1,
      eventLoopDelayMaxMs: 2,
      eventLoopUtilization: 0.5,
      garbageCollectionMs: 3,
      heapUsedBytes: 4,
    };

    invoke('a');
    measured(figures);
    measured({ ...figures, requestId: 'unknown' });
    report('a');

    expect(finished.map(({ process }) => process)).toEqual([figures]);
  });

  it('keeps the tenant that Lambda names', () => {
    const { invoke, record, report, finished } = life();

    invoke('a');
    record('start', { requestId: 'a', tenantId: 'blue' });
    report('a');

    expect(finished[0]?.tenantId).toBe('blue');
  });
});

describe('a report', () => {
  it('that never comes is waited for until three later ones have come', () => {
    const { invoke, report, finished } = life();
    for (const id of ['lost', 'b', 'c', 'd']) invoke(id);

    report('b');
    report('c');
    const before = ids(finished);
    report('d');

    expect(before).toEqual(['b', 'c']);
    expect(finished[3]).toMatchObject({ requestId: 'lost', usage: { userMs: 2 }, endedAtMs: NOW_MS });
    expect(finished[3]?.report).toBeUndefined();
  });

  it('that comes late completes its invocation while that is held', () => {
    const { invoke, report, finished } = life();
    for (const id of ['late', 'b']) invoke(id);

    report('b');
    report('late');

    expect(ids(finished)).toEqual(['b', 'late']);
    expect(finished[1]?.report).toEqual(REPORT);
  });

  it('that comes after its invocation was given up makes no second document', () => {
    const { invoke, report, finished } = life();
    for (const id of ['late', 'b', 'c', 'd']) invoke(id);
    for (const id of ['b', 'c', 'd']) report(id);

    report('late');

    expect(ids(finished)).toEqual(['b', 'c', 'd', 'late']);
  });

  it('of a retry with the id of the first try belongs to the retry', () => {
    const { invoke, report, finished } = life();

    invoke('a');
    invoke('a');
    report('a');

    expect(finished.map(({ requestId, report: sent }) => [requestId, sent?.billedDurationMs])).toEqual([
      ['a', undefined],
      ['a', 6],
    ]);
  });
});

describe('several invocations at once', () => {
  it('are each completed by their own report, whatever the order', () => {
    const { invoke, start, done, report, finished } = life();
    for (const id of ['a', 'b', 'c']) {
      invoke(id);
      start(id);
    }

    for (const id of ['c', 'a', 'b']) {
      done(id, { status: id === 'b' ? 'error' : 'success' });
      report(id, { status: id === 'b' ? 'error' : 'success' });
    }

    expect(finished.map(({ requestId, status }) => [requestId, status])).toEqual([
      ['c', 'success'],
      ['a', 'success'],
      ['b', 'error'],
    ]);
  });
});

describe('the first invocation of an environment', () => {
  it.each(['on-demand', 'provisioned-concurrency'])('is a cold start, once (%s)', (type) => {
    const { initialise, invoke, start, report, finished } = life();
    initialise(type);

    for (const id of ['a', 'b']) {
      invoke(id);
      start(id);
      report(id);
    }

    expect(finished.map(({ isColdStart, init }) => [isColdStart, init])).toEqual([
      [true, { initializationType: type, isInInvocation: false, runtimeMs: 300, extensionsMs: 120, durationMs: 420 }],
      [false, undefined],
    ]);
  });

  it('is the one in which Lambda repeats a failed init', () => {
    const { initialise, invoke, start, report, finished } = life();

    invoke('a');
    start('a');
    initialise('on-demand', 'invoke');
    report('a');

    expect(finished[0]).toMatchObject({ isColdStart: true, init: { isInInvocation: true, durationMs: 420 } });
  });

  it('is the first after each restore', () => {
    const { initialise, restored, record, invoke, start, report, finished } = life();
    initialise('snap-start');

    restored();
    record('restoreStart', {});
    record('restoreReport', { metrics: { durationMs: 210 } });
    for (const id of ['a', 'b']) {
      invoke(id);
      start(id);
      report(id);
    }
    restored();
    invoke('c');
    start('c');
    report('c');

    expect(finished.map(({ isColdStart }) => isColdStart)).toEqual([true, false, true]);
    expect(finished[0]?.init?.restoreMs).toBe(210);
  });
});

describe('SHUTDOWN', () => {
  it.each([
    ['timeout', 'timeout'],
    ['Timeout', 'timeout'],
    ['failure', 'failure'],
    ['spindown', undefined],
  ])('for %s finishes what waits, with what is known', (reason, endedBy) => {
    const { invoke, start, done, shutdown, finished } = life();
    invoke('a');
    start('a');
    invoke('b');
    done('b', { status: 'failure', errorType: 'Runtime.ExitError' });

    shutdown(reason);

    expect(finished).toMatchObject([
      { requestId: 'a', usage: { userMs: 2 } },
      { requestId: 'b', usage: { userMs: 3 }, errorType: 'Runtime.ExitError', runtimeMs: 5 },
    ]);
    expect(finished.map((invocation) => invocation.endedBy)).toEqual([undefined, endedBy]);
  });
});

describe('the last invocation', () => {
  it('awaits its report once INVOKE has named it', () => {
    const { invoke, report, awaitsLatest } = life();
    invoke('a');
    const before = awaitsLatest();
    report('a');

    expect([before, awaitsLatest()]).toEqual([true, false]);
  });

  it('is unknown without an INVOKE: another may come after each that is reported', () => {
    const { start, report, awaitsLatest } = life();
    start('a');
    report('a');

    expect(awaitsLatest()).toBe(true);
  });
});

describe('records from outside', () => {
  it.each([null, undefined, 1, 'text', {}, { type: 'platform.report' }, { type: 'function', record: {} }])(
    'that are none are left out: %j',
    (element) => {
      expect(platformEventOf(element as never, NOW_MS)).toBeUndefined();
    },
  );

  it.each([{}, { requestId: 1 }, { requestId: 'a', metrics: null }, { requestId: 'a', metrics: { durationMs: 'x' } }])(
    'with odd fields throw nothing: %j',
    (record) => {
      const { record: take, finished } = life();

      for (const type of ['initStart', 'start', 'runtimeDone', 'report', 'other']) take(type, record);

      expect(finished.length).toBeLessThanOrEqual(1);
    },
  );
});

it('10,000 invocations without a single report hold no more than a hundred', () => {
  const { invoke, start, pending, finished } = life();

  for (let count = 0; count < 10_000; count++) {
    invoke(String(count));
    start(String(count));
  }

  expect(pending()).toBe(100);
  expect(finished).toHaveLength(9_900);
});

it('10,000 invocations with one report in ten lost hold no more than those that are waited for', () => {
  const { invoke, start, done, report, pending, finished } = life();
  let most = 0;

  for (let count = 0; count < 10_000; count++) {
    invoke(String(count));
    // Lambda sends the report with the next invocation.
    if (count > 0 && count % 10 !== 0) report(String(count - 1));
    start(String(count));
    done(String(count));
    most = Math.max(most, pending());
  }

  expect(most).toBeLessThanOrEqual(5);
  expect(finished.length).toBeGreaterThan(9_990);
  expect(new Set(ids(finished)).size).toBe(finished.length);
});
