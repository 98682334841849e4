import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, InvocationRequest, PhaseEvent } from './events-and-effects.ts';
import { step } from './phases.ts';
import { type FunctionConfiguration, initialState, type State } from './state.ts';

const config: FunctionConfiguration = {
  functionName: 'shop',
  functionVersion: '7',
  functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:shop',
  accountId: '123456789012',
  handler: 'index.handler',
  memoryMB: 128,
  timeoutMs: 3_000,
  initializationType: 'snap-start',
  initLimitMs: 130_000,
  instanceId: 'initialised',
  runtimeVersion: 'nodejs:24',
  concurrency: 1,
  whenBusy: 'wait',
  freezes: true,
  spindownAfterMs: undefined,
  snapStart: { restoreLimitMs: 10_000, restoredInstanceId: 'restored' },
};

const request = (n: number): InvocationRequest => ({
  requestId: `request-${n}`,
  kind: n % 5 === 0 ? 'Event' : 'RequestResponse',
  payload: Buffer.from('{}'),
  wantsLogTail: false,
  trace: 'Root=1-a-b;Parent=c;Sampled=0',
  spanId: '0000000000000001',
  clientContext: undefined,
  cognitoIdentity: undefined,
  tenantId: undefined,
  qualifier: undefined,
});

/** Plays events one millisecond apart. */
function play(events: readonly PhaseEvent[], from: State = initialState) {
  let state = from;
  const effects: Effect[] = [];
  for (const [index, event] of events.entries()) {
    const result = step(state, event, { wallMs: 1_000 + index, monotonicMs: index }, config);
    state = result.state;
    effects.push(...result.effects);
  }
  const records = effects.flatMap((effect) => (effect.do === 'record' ? [effect.record] : []));
  const timers = effects.flatMap((effect) => (effect.do === 'set-timer' ? [`${effect.timer} ${effect.ms}`] : []));
  const statuses = new Map(
    effects.flatMap((one) => (one.do === 'reply' ? [[one.call, one.reply.status] as const] : [])),
  );
  return { state, effects, records, timers, statuses };
}

const initialised: PhaseEvent[] = [{ type: 'init' }, { type: 'extensions-found', names: [] }];
const withHooks: PhaseEvent[] = [...initialised, { type: 'runtime-restore-next', call: 1 }];
const withLabel: PhaseEvent[] = [...initialised, { type: 'runtime-next', call: 1 }];
const invoke: PhaseEvent = { type: 'invoke', call: 2, invocation: request(1) };
const exits: PhaseEvent = { type: 'exited', process: { kind: 'runtime' }, code: 65, signal: undefined };

describe('a function with SnapStart', () => {
  it('is frozen in its snapshot when the runtime waits for the restore', () => {
    const { state, effects, timers, statuses } = play(withHooks);

    expect(state.phase).toEqual({ name: 'snapshot' });
    expect(state.isFrozen).toBe(true);
    expect(effects.slice(-2).map(({ do: name }) => name)).toEqual(['flush-telemetry', 'freeze']);
    expect(timers).toEqual(['init 130000']);
    expect(statuses.has(1)).toBe(false);
  });

  it('thaws, has other credentials, and only then gets the answer to restore/next', () => {
    const { effects, state, timers } = play([invoke], play(withHooks).state);

    expect(effects.map(({ do: name }) => name)).toEqual([
      'thaw',
      'move-to-another-host',
      'record',
      'set-timer',
      'reply',
    ]);
    expect(timers).toEqual(['restore 10000']);
    expect(state.phase.name).toBe('restore');
  });

  it('hands the invocation out when the hooks have run, and reports their time', () => {
    const { state, records } = play([...withHooks, invoke, { type: 'runtime-next', call: 3 }]);

    expect(state.phase.name).toBe('invoke');
    expect(records.slice(-4).map(({ type, record }) => [type, record])).toMatchObject([
      ['platform.restoreStart', { functionVersion: '7', instanceId: 'restored' }],
      ['platform.restoreRuntimeDone', { status: 'success' }],
      ['platform.restoreReport', { status: 'success', metrics: { durationMs: 1 } }],
      ['platform.start', { requestId: 'request-1' }],
    ]);
  });

  it('has the restore in the report of the first invocation alone, and no init', () => {
    const answered = (n: number): PhaseEvent[] => [
      { type: 'invoke', call: 10 * n, invocation: request(n) },
      ...(n === 1 ? [{ type: 'runtime-next', call: 11 } as const] : []),
      { type: 'response-started', call: 10 * n + 2, requestId: `request-${n}`, mode: undefined },
      {
        type: 'response-finished',
        call: 10 * n + 3,
        requestId: `request-${n}`,
        body: Buffer.from('1'),
        contentType: undefined,
        bytes: 1,
        problem: undefined,
      },
      { type: 'runtime-next', call: 10 * n + 4 },
    ];

    const { records } = play([...withHooks, ...answered(1), ...answered(2)]);

    const metrics = records.flatMap(({ type, record }) => (type === 'platform.report' ? [record.metrics] : []));
    const common = { durationMs: 3, billedDurationMs: 3, memorySizeMB: 128 };
    expect(metrics).toEqual([{ ...common, restoreDurationMs: 1, billedRestoreDurationMs: 1 }, common]);
  });

  it('needs no call of the runtime where the label takes its place, and says so', () => {
    const { state, effects, records } = play([...withLabel, invoke]);

    expect(state.phase.name).toBe('invoke');
    expect(records.map(({ type }) => type)).toContain('platform.restoreReport');
    expect(effects).toContainEqual({ do: 'hint', text: expect.stringContaining('feature.snapstart="Allow"') });
  });

  it('that is closed during its restore waits for the invocation that asked for it, and takes no other', () => {
    const close: PhaseEvent = { type: 'shutdown', call: 3, reason: 'spindown', next: 'closed', waitMs: 2_000 };
    const restoring = play([invoke], play(withHooks).state).state;

    const { state, timers, statuses } = play([close, { type: 'runtime-next', call: 4 }], restoring);
    const ended = play([{ type: 'timer', timer: 'drain' }, exits], play([close], restoring).state);

    expect(state.phase.name).toBe('invoke');
    expect(timers).toContain('drain 2000');
    expect(statuses.get(4)).toBe(200);
    expect(ended.state.phase.name).toBe('closed');
    expect(ended.statuses.get(3)).toBe(200);
  });

  it('fails the invocation, and initialises again at the next one, when a hook fails after the restore', () => {
    const body = Buffer.from('{"errorMessage":"no","errorType":"Error"}');
    const reported: PhaseEvent = {
      type: 'runtime-restore-error',
      call: 3,
      errorType: 'Runtime.AfterRestoreError',
      body,
    };

    const { effects, records, state, statuses } = play([...withHooks, invoke, reported, exits]);

    expect(statuses.get(3)).toBe(202);
    expect(effects).toContainEqual(
      expect.objectContaining({ do: 'answer', reply: expect.objectContaining({ status: 200, body }) }),
    );
    const failure = { status: 'error', errorType: 'Runtime.AfterRestoreError' };
    expect(records.slice(-5).map(({ type, record }) => [type, record])).toMatchObject([
      ['platform.restoreRuntimeDone', failure],
      ['platform.restoreReport', failure],
      ['platform.start', {}],
      ['platform.runtimeDone', failure],
      ['platform.report', failure],
    ]);
    expect(state.phase).toEqual({ name: 'cold', isRetry: false });
  });

  it('fails the invocation when the hooks after the restore take too long', () => {
    const { records, effects } = play([...withHooks, invoke, { type: 'timer', timer: 'restore' }]);

    expect(records).toContainEqual({
      type: 'platform.restoreReport',
      record: { status: 'timeout', metrics: { durationMs: 1 } },
    });
    const answer = effects.find((effect) => effect.do === 'answer');
    expect(JSON.parse(String(answer?.reply.body))).toEqual({
      errorType: 'Runtime.Unknown',
      errorMessage: 'RequestId: request-1 Error: Restore timed out after 10.00 seconds',
    });
  });

  it.each<{ why: string; events: PhaseEvent[]; report: object }>([
    {
      why: 'a hook failed before the snapshot',
      events: [
        { type: 'runtime-init-error', call: 3, errorType: 'Runtime.BeforeSnapshotError', body: Buffer.from('{}') },
        exits,
      ],
      report: { status: 'error', errorType: 'Runtime.BeforeSnapshotError' },
    },
    { why: 'init took too long', events: [{ type: 'timer', timer: 'init' }, exits], report: { status: 'timeout' } },
  ])('answers everybody who waits with an error where no version is published because $why', ({ events, report }) => {
    const waiting: PhaseEvent[] = [1, 2].map((n) => ({ type: 'invoke', call: 10 + n, invocation: request(n) }));

    const { effects, records, state } = play([...initialised, ...waiting, ...events]);

    const answered = effects.flatMap((one) => (one.do === 'answer' ? [one.reply.headers['x-amz-function-error']] : []));
    expect(answered).toEqual(['Unhandled', 'Unhandled']);
    expect(records.filter(({ type }) => type === 'platform.initReport').map(({ record }) => record)).toEqual([
      expect.objectContaining(report),
    ]);
    expect(state.waiting).toEqual([]);
    expect(state.phase.name).toBe('cold');
  });

  it.each<{ why: string; events: PhaseEvent[]; wrong: PhaseEvent & { call: number } }>([
    { why: 'twice', events: withHooks, wrong: { type: 'runtime-restore-next', call: 9 } },
    { why: 'after next', events: withLabel, wrong: { type: 'runtime-restore-next', call: 9 } },
    { why: 'next before the restore', events: withHooks, wrong: { type: 'runtime-next', call: 9 } },
    {
      why: 'an error without a restore',
      events: withHooks,
      wrong: { type: 'runtime-restore-error', call: 9, errorType: 'Runtime.A', body: Buffer.alloc(0) },
    },
  ])('refuses a call out of turn: $why', ({ events, wrong }) => {
    expect(play([...events, wrong]).statuses.get(9)).toBe(403);
  });

  it('answers each call once, and is frozen only in the snapshot or idle, for any events in any order', () => {
    const anyEvent = fc
      .integer({ min: 10, max: 10_000 })
      .chain((call) =>
        fc.constantFrom<PhaseEvent>(
          ...withHooks,
          { type: 'restore' },
          { type: 'invoke', call, invocation: request(call) },
          { type: 'runtime-next', call },
          { type: 'runtime-restore-next', call },
          { type: 'runtime-restore-error', call, errorType: 'Runtime.Any', body: Buffer.alloc(0) },
          { type: 'runtime-init-error', call, errorType: 'Runtime.Any', body: Buffer.alloc(0) },
          { type: 'invocation-error', call, requestId: 'request-1', errorType: 'Any', body: Buffer.alloc(0) },
          exits,
          { type: 'timer', timer: 'init' },
          { type: 'timer', timer: 'restore' },
          { type: 'timer', timer: 'invoke' },
          { type: 'timer', timer: 'shutdown' },
          { type: 'shutdown', call, reason: 'spindown', next: 'cold' },
          { type: 'freeze' },
          { type: 'thaw' },
        ),
      );
    const phases = new Set<string>();
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        const { state, effects } = play([...initialised, ...events]);

        phases.add(state.phase.name);
        const answers = effects.filter((effect) => effect.do === 'answer').length;
        const asked = events.filter(({ type }) => type === 'invoke').length;
        expect(answers).toBeLessThanOrEqual(asked);
        expect(state.isFrozen && !['idle', 'snapshot'].includes(state.phase.name)).toBe(false);
        const changes = effects.map(({ do: name }) => (name === 'freeze' ? 1 : name === 'thaw' ? -1 : 0));
        expect(changes.reduce<number>((sum, change) => sum + change, 0)).toBe(state.isFrozen ? 1 : 0);
        if (state.phase.name === 'cold') expect(state.runtime.isAlive || state.waiting.length > 0).toBe(false);
      }),
      { numRuns: 2_000 },
    );
    expect([...phases].sort()).toEqual(
      expect.arrayContaining(['cold', 'idle', 'init', 'invoke', 'restore', 'snapshot']),
    );
  });
});
