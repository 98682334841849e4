import { describe, expect, it } from 'vitest';
import { type Answer, requestIdOf, SLEEPS, setStage } from './stage.ts';
import { ISO, startListener, subscribedStage } from './telemetry-listener.ts';

describe('records', () => {
  it('of log lines are text, or objects if the function logs JSON and the schema is 2022-12-13 or later', async () => {
    const handler = 'export const handler = () => { console.log("hello"); return 1; }';
    await using text = await startListener();
    await using json = await startListener();
    await using oldJson = await startListener();
    await using inText = await subscribedStage(text.port, { handler });
    await using inJson = await subscribedStage(json.port, { handler, logFormat: 'JSON' });
    await using inOldJson = await subscribedStage(oldJson.port, {
      handler,
      logFormat: 'JSON',
      more: { schemaVersion: '2022-07-01' },
    });
    for (const { stage } of [inText, inJson, inOldJson]) void stage.emulator.invoke();

    expect((await text.receives('function')).record).toMatch(/^\d{4}-.*Z\t[0-9a-f-]{36}\tINFO\thello$/);
    expect((await json.receives('function')).record).toEqual({
      timestamp: expect.stringMatching(ISO),
      level: 'INFO',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      message: 'hello',
    });
    expect((await oldJson.receives('function')).record).toMatch(/^\{"timestamp":/);
  });

  it('of an on-demand init and an invocation come in the order of the open code, with their fields', async () => {
    await using listener = await startListener();
    await using ready = await subscribedStage(listener.port, {
      functionName: 'shop',
      memoryMB: 256,
      events: ['INVOKE', 'SHUTDOWN'],
    });
    const { stage, identifier } = ready;
    const trace = 'Root=1-5f35ae12-0000000000000000000000aa;Parent=2be948a625588e32;Sampled=1';
    const result = stage.emulator.invoke({}, { trace });
    await stage.respond(requestIdOf(await (ready.work as Promise<Answer>)), '"sixteen bytes!"');
    await ready.event;
    void stage.runtimeNext();
    await listener.receives('platform.runtimeDone');
    void stage.extensionNext(identifier);
    await listener.receives('platform.report');

    const { requestId } = await result;
    const tracing = { spanId: expect.stringMatching(/^[0-9a-f]{16}$/), type: 'X-Amzn-Trace-Id', value: trace };
    const span = (name: string) => ({ name, start: expect.stringMatching(ISO), durationMs: expect.any(Number) });
    expect(listener.records()).toEqual(
      [
        [
          'platform.initStart',
          {
            functionName: 'shop',
            functionVersion: '$LATEST',
            initializationType: 'on-demand',
            instanceId: expect.any(String),
            instanceMaxMemory: 256 * 1_048_576,
            phase: 'init',
            runtimeVersion: expect.stringMatching(/^nodejs:\d+$/),
          },
        ],
        [
          'platform.telemetrySubscription',
          { name: 'mine', state: 'Subscribed', types: ['platform', 'function', 'extension'] },
        ],
        ['platform.initRuntimeDone', { initializationType: 'on-demand', phase: 'init', status: 'success' }],
        ['platform.extension', { name: 'mine', state: 'Ready', events: ['INVOKE', 'SHUTDOWN'] }],
        [
          'platform.initReport',
          {
            initializationType: 'on-demand',
            phase: 'init',
            status: 'success',
            metrics: { durationMs: expect.any(Number) },
          },
        ],
        ['platform.start', { requestId, version: '$LATEST', tracing }],
        [
          'platform.runtimeDone',
          {
            requestId,
            status: 'success',
            tracing,
            spans: [span('responseLatency'), span('responseDuration'), span('runtimeOverhead')],
            metrics: { durationMs: expect.any(Number), producedBytes: 16 },
          },
        ],
        [
          'platform.report',
          {
            requestId,
            status: 'success',
            tracing,
            metrics: {
              durationMs: expect.any(Number),
              billedDurationMs: expect.any(Number),
              memorySizeMB: 256,
              maxMemoryUsedMB: expect.any(Number),
              initDurationMs: expect.any(Number),
            },
            spans: [span('extensionOverhead')],
          },
        ],
      ].map(([type, record]) => ({ time: expect.stringMatching(ISO), type, record })),
    );
  });

  it('of a handler that threw have status success and no spans of a response', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => { throw new Error("no"); }' });

    await stage.emulator.invoke();
    const done = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.runtimeDone');

    expect(done.record).toMatchObject({ status: 'success', spans: [] });
  });

  it('have no extensionOverhead if no extension subscribed to INVOKE', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => 1' });

    await stage.emulator.invoke();
    const report = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.report');

    expect(report.record).not.toHaveProperty('spans');
  });

  it('measure what their names say, to the microsecond', async () => {
    let nowMs = 1_000;
    const clock = {
      wallMs: () => 1_700_000_000_000 + nowMs,
      monotonicMs: () => nowMs,
      sleep: () => new Promise<void>(() => {}),
    };
    await using stage = await setStage({ extensions: { mine: SLEEPS }, clock, freeze: false });
    const init = stage.emulator.init();
    const identifier = await stage.register('mine', ['INVOKE']);
    const event = stage.extensionNext(identifier);
    const work = stage.runtimeNext();
    await init;
    void stage.emulator.invoke();
    const requestId = requestIdOf(await work);
    await event;

    nowMs += 20.0014;
    await stage.respond(requestId, '1');
    nowMs += 5;
    void stage.runtimeNext();
    const done = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.runtimeDone');
    nowMs += 100;
    void stage.extensionNext(identifier);
    const report = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.report');

    expect(done.record).toMatchObject({
      metrics: { durationMs: 25.001 },
      spans: [
        { name: 'responseLatency', start: '2023-11-14T22:13:21.000Z', durationMs: 20.001 },
        { name: 'responseDuration', start: '2023-11-14T22:13:21.020Z', durationMs: 0 },
        { name: 'runtimeOverhead', durationMs: 5 },
      ],
    });
    expect(report.record).toMatchObject({
      metrics: { durationMs: 125.001, billedDurationMs: 126 },
      spans: [{ name: 'extensionOverhead', durationMs: 100 }],
    });
  });
});
