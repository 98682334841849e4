import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, InvocationRequest, PhaseEvent } from './events-and-effects.ts';
import { step } from './phases.ts';
import { type FunctionConfiguration, initialState, type State } from './state.ts';

const config: FunctionConfiguration = {
  functionName: 'shop',
  functionVersion: '$LATEST',
  functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:shop',
  accountId: '123456789012',
  handler: 'index.handler',
  memoryMB: 128,
  timeoutMs: 3_000,
  initializationType: 'on-demand',
  initLimitMs: 10_000,
  instanceId: 'instance',
  runtimeVersion: 'nodejs:24',
  concurrency: 1,
  whenBusy: 'wait',
  freezes: true,
  spindownAfterMs: undefined,
};

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const request = (n: number): InvocationRequest => ({
  requestId: uuid(n),
  kind: 'RequestResponse',
  payload: Buffer.from('{}'),
  wantsLogTail: false,
  trace: 'Root=1-a-b;Parent=c;Sampled=0',
  spanId: '0000000000000001',
  clientContext: undefined,
  cognitoIdentity: undefined,
  tenantId: undefined,
  qualifier: undefined,
});

/** Plays events one millisecond apart, and returns the names of all effects. */
function play(events: readonly PhaseEvent[], from: State = initialState) {
  let state = from;
  const effects: Effect[] = [];
  for (const [index, event] of events.entries()) {
    const result = step(state, event, { wallMs: 1_000 + index, monotonicMs: index }, config);
    state = result.state;
    effects.push(...result.effects);
  }
  return { state, effects, names: effects.map(({ do: name }) => name) };
}

const toIdle: readonly PhaseEvent[] = [
  { type: 'init' },
  { type: 'extensions-found', names: ['mine'] },
  {
    type: 'register',
    call: 1,
    name: 'mine',
    features: undefined,
    body: '{"events":["INVOKE","SHUTDOWN"]}',
    newIdentifier: uuid(1),
  },
  { type: 'extension-next', call: 2, identifier: uuid(1), eventIdentifier: uuid(9) },
  { type: 'runtime-next', call: 3 },
];

describe('step', () => {
  it('goes from cold through init to idle, and freezes', () => {
    const { state, names } = play(toIdle);

    expect(state.phase).toEqual({ name: 'idle' });
    expect(state.isFrozen).toBe(true);
    expect(names.filter((name) => name === 'launch')).toHaveLength(2);
    expect(names.at(-1)).toBe('freeze');
  });

  it('thaws before it hands out an invocation, first to the extensions', () => {
    const idle = play(toIdle).state;

    const { effects } = play([{ type: 'invoke', call: 7, invocation: request(1) }], idle);

    const order = effects.flatMap((effect): (string | number)[] =>
      effect.do === 'thaw' ? ['thaw'] : effect.do === 'reply' ? [effect.call] : [],
    );
    expect(order).toEqual(['thaw', 2, 3]);
  });

  it('hands an invocation to the runtime that asks again, and not to its call that hung up', () => {
    const invoked: PhaseEvent = { type: 'invoke', call: 7, invocation: request(1) };

    const { effects, state } = play([
      ...toIdle,
      { type: 'call-closed', call: 3 },
      { type: 'runtime-next', call: 4 },
      invoked,
    ]);

    const answered = effects.flatMap((effect) => (effect.do === 'reply' ? [effect.call] : []));
    expect(answered).toContain(4);
    expect(answered).not.toContain(3);
    expect(state.runtime.parked).toEqual([]);
  });

  it.each([
    ['streaming', 7],
    [undefined, undefined],
  ])('leads a response with the mode %s to the call %s of its invocation', (mode, streamTo) => {
    const invoked = play([...toIdle, { type: 'invoke', call: 7, invocation: request(1) }]).state;

    const { effects } = play([{ type: 'response-started', call: 8, requestId: uuid(1), mode }], invoked);

    const reply = { status: 202, headers: { 'content-type': 'application/json' }, body: '{"status":"OK"}' };
    expect(effects).toEqual([{ do: 'reply', call: 8, reply, ...(streamTo === undefined ? {} : { streamTo }) }]);
  });

  it('does not change the state that it gets', () => {
    const before = play(toIdle).state;
    const copy = structuredClone(before);

    play(
      [
        { type: 'invoke', call: 7, invocation: request(1) },
        { type: 'timer', timer: 'invoke' },
      ],
      before,
    );

    expect(before).toEqual(copy);
  });

  it('answers each call once and freezes only when idle, for any events in any order', () => {
    const anyEvent: fc.Arbitrary<PhaseEvent> = fc.oneof(
      fc.constantFrom<PhaseEvent>(...toIdle),
      fc
        .integer({ min: 10, max: 10_000 })
        .chain((call) =>
          fc.constantFrom<PhaseEvent>(
            { type: 'invoke', call, invocation: request(call) },
            { type: 'runtime-next', call },
            { type: 'extension-next', call, identifier: uuid(1), eventIdentifier: uuid(9) },
            { type: 'extension-error', call, during: 'exit', identifier: uuid(1), errorType: 'Extension.Any' },
            { type: 'runtime-init-error', call, errorType: 'Runtime.Any', body: Buffer.alloc(0) },
            { type: 'subscribe', api: 'telemetry', call, identifier: uuid(1), body: '{}' },
            { type: 'shutdown', call, reason: 'spindown', next: 'cold' },
          ),
        ),
      fc
        .integer({ min: 10, max: 10_000 })
        .chain((call) =>
          fc.constantFrom<PhaseEvent>(
            { type: 'response-started', call, requestId: uuid(call - 1), mode: undefined },
            { type: 'exited', process: { kind: 'runtime' }, code: 1, signal: undefined },
            { type: 'exited', process: { kind: 'extension', name: 'mine' }, code: 0, signal: undefined },
            { type: 'timer', timer: 'init' },
            { type: 'timer', timer: 'invoke' },
            { type: 'timer', timer: 'shutdown' },
            { type: 'timer', timer: 'shutdown-runtime' },
            { type: 'freeze' },
            { type: 'thaw' },
          ),
        ),
    );
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        const { state, effects } = play(events);

        const answered = effects.flatMap((effect) => (effect.do === 'answer' ? [effect.invocation.requestId] : []));
        expect(new Set(answered).size).toBe(answered.length);
        expect(state.isFrozen && state.phase.name !== 'idle').toBe(false);
        const balance = effects.reduce(
          (sum, { do: name }) => sum + (name === 'freeze' ? 1 : name === 'thaw' ? -1 : 0),
          0,
        );
        expect(balance).toBe(state.isFrozen ? 1 : 0);
        if (state.phase.name === 'cold') expect(state.runtime.isAlive).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
