import { describe, expect, it } from 'vitest';
import { requestIdOf, SLEEPS, type Stage, setStage } from './stage.ts';

/** One extension of each kind of interest, all of them waiting, and the runtime too. */
async function readyStage(options: Parameters<typeof setStage>[0] = {}) {
  const stage = await setStage({ extensions: { invoked: SLEEPS, quiet: SLEEPS }, ...options });
  const init = stage.emulator.init();
  const invoked = await stage.register('invoked', ['INVOKE']);
  const quiet = await stage.register('quiet', []);
  const event = stage.extensionNext(invoked);
  void stage.extensionNext(quiet);
  const work = stage.runtimeNext();
  await init;
  return { stage, invoked, event, work, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

const recorded = ({ emulator }: Stage, type: string) =>
  emulator.telemetry.records.filter((record) => record.type === type);

describe('invoke', () => {
  it('reaches the runtime and the subscribed extensions at the same time', async () => {
    await using ready = await readyStage();
    void ready.stage.emulator.invoke({ kept: 'secret' });

    const [event, work] = await Promise.all([ready.event, ready.work]);

    expect(JSON.parse(event.body)).toMatchObject({ eventType: 'INVOKE', requestId: requestIdOf(work) });
    expect(work.body).toBe('{"kept":"secret"}');
    expect(event.body).not.toContain('secret');
  });

  it('answers the caller as soon as the runtime has posted, while an extension still works', async () => {
    await using ready = await readyStage();
    const result = ready.stage.emulator.invoke();
    const work = await ready.work;

    await ready.stage.respond(requestIdOf(work), '{"done":true}');

    expect((await result).json()).toEqual({ done: true });
    expect(ready.stage.emulator.phase).toBe('invoke');
    expect(recorded(ready.stage, 'platform.report')).toEqual([]);
  });

  it('lasts until the runtime and every subscribed extension ask for the next event, and is reported then', async () => {
    await using ready = await readyStage();
    const { stage } = ready;
    void stage.emulator.invoke();
    await stage.respond(requestIdOf(await ready.work), '1');
    await ready.event;

    void stage.runtimeNext();
    await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.runtimeDone');
    expect(stage.emulator.phase).toBe('invoke');
    void stage.extensionNext(ready.invoked);
    await stage.emulator.untilPhase('idle');

    expect(recorded(stage, 'platform.report')).toHaveLength(1);
  });

  it('makes the next call wait for the extensions of the one before', async () => {
    await using ready = await readyStage();
    const { stage } = ready;
    void stage.emulator.invoke('first');
    await stage.respond(requestIdOf(await ready.work), '1');
    const work = stage.runtimeNext();
    void stage.emulator.invoke('second');

    await stage.call('GET', '/2018-06-01/ping');
    expect(recorded(stage, 'platform.start')).toHaveLength(1);
    await ready.event;
    void stage.extensionNext(ready.invoked);

    expect((await work).body).toBe('"second"');
  });

  it('writes START, END and REPORT, the first time with the duration of init', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => 1', memoryMB: 256 });

    const first = await stage.emulator.invoke();
    await stage.emulator.untilPhase('idle');
    await stage.emulator.invoke();
    await stage.emulator.untilPhase('idle');

    const lines = stage.emulator.lines.filter(({ source }) => source === 'platform').map(({ text }) => text);
    const id = first.requestId;
    expect(lines[0]).toBe(`START RequestId: ${id} Version: $LATEST`);
    expect(lines[1]).toBe(`END RequestId: ${id}`);
    expect(lines[2]).toMatch(
      new RegExp(
        `^REPORT RequestId: ${id}\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 256 MB\tMax Memory Used: [1-9]\\d* MB\tInit Duration: \\d+\\.\\d\\d ms$`,
      ),
    );
    expect(lines[5]).not.toContain('Init Duration');
  });

  it('counts the memory of all processes', async () => {
    const handler = `
      import { spawn } from 'node:child_process';
      import { once } from 'node:events';
      export const handler = async () => {
        const child = spawn(process.execPath, ['-e', 'globalThis.held = Buffer.alloc(100 * 1024 * 1024, 1); console.log(1); setInterval(() => {}, 1_000)']);
        await once(child.stdout, 'data');
      };`;
    await using alone = await setStage({ handler: 'export const handler = () => 1' });
    await using withChild = await setStage({ handler, timeoutMs: 20_000 });

    await alone.emulator.invoke();
    await withChild.emulator.invoke();
    const usedMB = async ({ emulator }: Stage) => {
      const report = await emulator.telemetry.waitFor(({ type }) => type === 'platform.report');
      return (report.record as { metrics: { maxMemoryUsedMB: number } }).metrics.maxMemoryUsedMB;
    };

    expect(await usedMB(withChild)).toBeGreaterThan((await usedMB(alone)) + 100);
  });
});

describe('the Runtime API', () => {
  it('hands the invocation over with its headers', async () => {
    await using stage = await setStage({ functionName: 'shop', timeoutMs: 5_000, tenantIsolation: true });
    const trace = 'Root=1-5f35ae12-0000000000000000000000aa;Parent=2be948a625588e32;Sampled=1';
    void stage.emulator.invoke({ a: 1 }, { trace, clientContext: { app: 'x' }, tenantId: 'blue' });

    const { headers, body } = await stage.runtimeNext();

    expect(body).toBe('{"a":1}');
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'lambda-runtime-deadline-ms': expect.stringMatching(/^\d{13}$/),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:123456789012:function:shop',
      'lambda-runtime-trace-id': trace,
      'lambda-runtime-client-context': '{"app":"x"}',
      'lambda-runtime-aws-tenant-id': 'blue',
    });
  });

  it('answers ping', async () => {
    await using stage = await setStage({});

    expect(await stage.call('GET', '/2018-06-01/ping')).toMatchObject({ status: 200, body: 'pong' });
  });

  it('answers response and error with 202', async () => {
    await using stage = await setStage({});
    const first = stage.emulator.invoke();
    const response = await stage.respond(requestIdOf(await stage.runtimeNext()), '1');
    const second = stage.emulator.invoke();
    const error = await stage.call(
      'POST',
      `/2018-06-01/runtime/invocation/${requestIdOf(await stage.runtimeNext())}/error`,
      { 'Lambda-Runtime-Function-Error-Type': 'Error' },
      '{"errorType":"Error","errorMessage":"no","trace":[]}',
    );

    expect(response).toMatchObject({ status: 202, body: '{"status":"OK"}' });
    expect(error).toMatchObject({ status: 202, body: '{"status":"OK"}' });
    expect((await first).payload).toBe('1');
    expect(await second).toMatchObject({
      functionError: 'Unhandled',
      payload: '{"errorType":"Error","errorMessage":"no","trace":[]}',
    });
  });

  it('refuses an invocation that is not the current one, and a second answer', async () => {
    await using stage = await setStage({});
    void stage.emulator.invoke();
    const requestId = requestIdOf(await stage.runtimeNext());

    const stranger = await stage.respond('3da1f2dc-0000-4000-8000-000000000000', '1');
    await stage.respond(requestId, '1');
    const again = await stage.respond(requestId, '2');

    expect(stranger).toMatchObject({
      status: 400,
      body: '{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}',
    });
    expect(again).toMatchObject({
      status: 403,
      body: '{"errorMessage":"State transition from RuntimeResponseSentState to InvocationResponse failed for runtime. Error: State transition is not allowed","errorType":"InvalidStateTransition"}',
    });
  });

  it('refuses a response mode it does not know', async () => {
    await using stage = await setStage({});
    const result = stage.emulator.invoke();
    const path = `/2018-06-01/runtime/invocation/${requestIdOf(await stage.runtimeNext())}/response`;

    const answer = await stage.call('POST', path, { 'Lambda-Runtime-Function-Response-Mode': 'batch' }, '1');

    expect(answer).toMatchObject({
      status: 400,
      body: '{"errorMessage":"Invalid function response mode","errorType":"InvalidFunctionResponseMode"}',
    });
    expect((await result).json()).toMatchObject({ errorType: 'Runtime.InvalidResponseModeHeader' });
  });

  it('refuses a response over 6 MB, and tells the caller', async () => {
    await using stage = await setStage({});
    const result = stage.emulator.invoke();

    const answer = await stage.respond(requestIdOf(await stage.runtimeNext()), 'x'.repeat(6_291_557));

    expect(answer).toMatchObject({
      status: 413,
      body: '{"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}',
    });
    expect(await result).toMatchObject({ statusCode: 200, functionError: 'Unhandled' });
    expect((await result).json()).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).',
    });
  });
});
