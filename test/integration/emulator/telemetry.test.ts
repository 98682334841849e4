import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';
import {
  type Answer,
  alarmClock,
  requestIdOf,
  SLEEPS,
  type Stage,
  type StageOptions,
  setStage,
  until,
} from './stage.ts';

interface Post {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly records: TelemetryRecord[];
}

/** Takes telemetry, and answers with the next status of the list, or 200. */
async function startListener(statuses: number[] = []) {
  const posts: Post[] = [];
  const arrivals = new EventTarget();
  const server = createHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const status = statuses.shift() ?? 200;
    response.writeHead(status).end();
    if (status !== 200) return;
    const records = JSON.parse(Buffer.concat(chunks).toString());
    posts.push({ path: request.url ?? '', headers: request.headers, records });
    arrivals.dispatchEvent(new Event('post'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    posts,
    records: () => posts.flatMap(({ records }) => records),
    /** Resolves with the first record of the type, once it has arrived. */
    async receives(
      type: string,
      isWanted: (record: TelemetryRecord) => boolean = () => true,
    ): Promise<TelemetryRecord> {
      for (;;) {
        const found = posts.flatMap(({ records }) => records).find((one) => one.type === type && isWanted(one));
        if (found) return found;
        await once(arrivals, 'post');
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function subscribe(stage: Stage, identifier: string, body: object | string): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return stage.call('PUT', '/2022-07-01/telemetry', { 'Lambda-Extension-Identifier': identifier }, text);
}

const toPort = (port: number, more: object = {}) => ({
  schemaVersion: '2022-12-13',
  types: ['platform', 'function', 'extension'],
  destination: { protocol: 'HTTP', URI: `http://sandbox.localdomain:${port}/telemetry?a=1` },
  buffering: { timeoutMs: 25 },
  ...more,
});

/** One extension that subscribed, and everything waiting for work. */
async function subscribedStage(
  port: number,
  { more = {}, events = ['INVOKE'], ...options }: StageOptions & { more?: object; events?: string[] } = {},
) {
  const stage = await setStage({ extensions: { mine: SLEEPS }, freeze: false, ...options });
  const init = stage.emulator.init();
  const identifier = await stage.register('mine', events);
  const answer = await subscribe(stage, identifier, toPort(port, more));
  const event = stage.extensionNext(identifier);
  const work = options.handler ? undefined : stage.runtimeNext();
  await init;
  return { stage, identifier, answer, event, work, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('subscribing', () => {
  it('answers 200 with the JSON string OK, and says so in a record', async () => {
    await using listener = await startListener();
    await using ready = await subscribedStage(listener.port);

    expect(ready.answer).toMatchObject({ status: 200, body: '"OK"' });
    expect((await listener.receives('platform.telemetrySubscription')).record).toEqual({
      name: 'mine',
      state: 'Subscribed',
      types: ['platform', 'function', 'extension'],
    });
  });

  it('tolerates the fields method and encoding that clients send', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();
    const destination = { protocol: 'HTTP', URI: 'http://sandbox:4323', method: 'POST', encoding: 'JSON' };

    const answer = await subscribe(stage, await stage.register('mine'), { ...toPort(1), destination });

    expect(answer.status).toBe(200);
  });

  it.each([
    [{ schemaVersion: '2020-08-15' }, 'schemaVersion should be one of 2022-07-01, 2022-12-13, 2025-01-29'],
    [{ types: [] }, 'types should not be empty'],
    [{ types: ['logs'] }, 'types should be of platform, function, extension'],
    [{ destination: undefined }, 'destination is not provided'],
    [{ destination: { protocol: 'UDP', port: 1 } }, 'protocol should be one of HTTP, TCP'],
    [{ destination: { protocol: 'TCP', port: 70_000 } }, 'port should be from 1 to 65535'],
    [{ destination: { protocol: 'HTTP', URI: 'nonsense' } }, 'URI is not valid'],
    [{ destination: { protocol: 'HTTP', URI: 'https://sandbox:1' } }, 'URI scheme should be http'],
    [
      { destination: { protocol: 'HTTP', URI: 'http://localhost:1' } },
      'destination.URI host must be sandbox.localdomain',
    ],
    [
      { destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain/path' }, types: [] },
      'URI port is not provided; types should not be empty',
    ],
    [{ buffering: { maxItems: 999 } }, 'maxItems should be from 1000 to 10000'],
    [{ buffering: { maxBytes: 1_048_577 } }, 'maxBytes should be from 262144 to 1048576'],
    [{ buffering: { timeoutMs: 24 } }, 'timeoutMs should be from 25 to 30000'],
  ])('refuses %j', async (change, errorMessage) => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();

    const answer = await subscribe(stage, await stage.register('mine'), { ...toPort(8_080), ...change });

    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.body).toBe(`{"errorType":"ValidationError","errorMessage":"${errorMessage}"}`);
  });

  it('a second time takes the place of the first', async () => {
    await using first = await startListener();
    await using second = await startListener();
    await using stage = await setStage({ extensions: { mine: SLEEPS }, freeze: false });
    void stage.emulator.init();
    const identifier = await stage.register('mine');

    await subscribe(stage, identifier, toPort(first.port, { buffering: { timeoutMs: 30_000 } }));
    const answer = await subscribe(stage, identifier, toPort(second.port));

    expect(answer.status).toBe(200);
    expect((await second.receives('platform.initStart')).type).toBe('platform.initStart');
    expect(first.posts).toEqual([]);
  });

  it('is closed once init is over', async () => {
    await using listener = await startListener();
    await using ready = await subscribedStage(listener.port);

    const answer = await subscribe(ready.stage, ready.identifier, toPort(listener.port));

    expect(answer.status).toBe(403);
    expect(answer.body).toBe(
      '{"errorMessage":"Telemetry API subscription is closed","errorType":"Telemetry.SubscriptionClosed"}',
    );
  });

  it('finds no Logs API, as in the emulator of AWS', async () => {
    await using stage = await setStage({});

    const answer = await stage.call('PUT', '/2020-08-15/logs', {}, '{}');

    expect(answer).toMatchObject({
      status: 202,
      body: '{"errorMessage":"Logs API is not supported","errorType":"Logs.NotSupported"}',
    });
  });
});

describe('delivery', () => {
  it('POSTs a JSON array to the path of the URI', async () => {
    await using listener = await startListener();
    await using ready = await subscribedStage(listener.port);
    await listener.receives('platform.initStart');

    const [post] = listener.posts;

    expect(ready.answer.status).toBe(200);
    expect(post?.path).toBe('/telemetry?a=1');
    expect(post?.headers).toMatchObject({
      'content-type': 'application/json',
      host: `sandbox.localdomain:${listener.port}`,
    });
    expect(post?.records[0]).toEqual({
      time: expect.stringMatching(ISO),
      type: 'platform.initStart',
      record: expect.anything(),
    });
  });

  it('writes a line of JSON for each record to a TCP destination', async () => {
    let text = '';
    const arrived = new EventTarget();
    const server = createTcpServer((socket) => {
      socket.on('data', (chunk) => {
        text += chunk;
        arrived.dispatchEvent(new Event('data'));
      });
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using ready = await subscribedStage(0, { more: { destination: { protocol: 'TCP', port } } });
    while (!text.includes('platform.initReport')) await once(arrived, 'data');

    const types = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type);

    expect(ready.answer.status).toBe(200);
    expect(types.slice(0, 2)).toEqual(['platform.initStart', 'platform.telemetrySubscription']);
    server.close();
  });

  it('sends only the types that were asked for', async () => {
    await using listener = await startListener();
    await using ready = await subscribedStage(listener.port, {
      more: { types: ['function'] },
      handler: 'export const handler = () => { console.log("from the function"); return 1; }',
    });
    void ready.stage.emulator.invoke();

    await listener.receives('function');

    expect(new Set(listener.records().map(({ type }) => type))).toEqual(new Set(['function']));
  });

  it('tells everybody who subscribed what happened before', async () => {
    await using first = await startListener();
    await using second = await startListener();
    await using stage = await setStage({
      extensions: { talks: '#!/bin/sh\necho early words\nexec sleep 1000\n', mine: SLEEPS },
      freeze: false,
    });
    void stage.emulator.init();
    await stage.emulator.untilLine(({ text }) => text === 'early words');
    await subscribe(stage, await stage.register('talks'), toPort(first.port));
    await subscribe(stage, await stage.register('mine'), toPort(second.port));

    for (const listener of [first, second]) {
      expect((await listener.receives('extension')).record).toBe('early words');
      expect(listener.records()[0]?.type).toBe('platform.initStart');
    }
  });

  it('tries again until somebody listens', async () => {
    await using listener = await startListener([503, 500]);
    await using ready = await subscribedStage(listener.port);
    ready.stage.emulator.faults.telemetryFailures = 2;

    const record = await listener.receives('platform.initStart');

    expect(record.record).toMatchObject({ phase: 'init' });
    expect(listener.records().filter(({ type }) => type === 'platform.initStart')).toHaveLength(1);
  });

  it('gives a refused batch up after three tries, and says how much was lost', async () => {
    await using listener = await startListener([400, 400, 400]);
    await using ready = await subscribedStage(listener.port);

    const dropped = await listener.receives('platform.logsDropped');

    expect(ready.answer.status).toBe(200);
    const { droppedRecords, droppedBytes, reason } = dropped.record as Record<string, number | string>;
    expect(droppedRecords).toBeGreaterThan(0);
    expect(droppedBytes).toBeGreaterThan(0);
    expect(reason).toBe('The subscriber refused the logs.');
  });

  it('drops what a slow consumer lets pile up, and counts it', async () => {
    await using listener = await startListener();
    await using ready = await subscribedStage(listener.port, {
      handler: `export const handler = () => { for (let i = 0; i < 120; i += 1) console.log('x'.repeat(100_000), i); return 1; }`,
      timeoutMs: 20_000,
    });
    const { emulator } = ready.stage;
    await listener.receives('platform.initReport');
    emulator.faults.telemetryFailures = Number.POSITIVE_INFINITY;
    void emulator.invoke();
    // The last line of the function's twelve megabytes.
    await emulator.telemetry.waitFor(({ type, record }) => type === 'function' && String(record).endsWith(' 119'));
    emulator.faults.telemetryFailures = 0;

    const { record } = await listener.receives('platform.logsDropped');

    const { droppedRecords, droppedBytes, reason } = record as Record<string, number | string>;
    expect(droppedRecords).toBeGreaterThan(30);
    expect(droppedBytes).toBeGreaterThan(3_000_000);
    expect(reason).toBe('Consumer seems to have fallen behind as it has not acknowledged receipt of logs.');
  });

  it('sends a batch when it holds maxItems, without waiting for the time', async () => {
    await using listener = await startListener();
    await using ready = await subscribedStage(listener.port, {
      more: { buffering: { maxItems: 1_000, timeoutMs: 30_000 } },
      handler: `export const handler = () => { for (let i = 0; i < 1_000; i += 1) console.log(i); return 1; }`,
    });
    void ready.stage.emulator.invoke();

    await listener.receives('function');

    expect(listener.posts[0]?.records).toHaveLength(1_000);
  });

  it('sends a batch when it holds maxBytes, without waiting for the time', async () => {
    await using listener = await startListener();
    await using ready = await subscribedStage(listener.port, {
      more: { buffering: { maxBytes: 262_144, timeoutMs: 30_000 } },
      handler: `export const handler = () => { for (let i = 0; i < 30; i += 1) console.log('x'.repeat(10_000)); return 1; }`,
    });
    void ready.stage.emulator.invoke();

    await listener.receives('function');

    const bytes = JSON.stringify(listener.posts[0]?.records).length;
    expect(bytes).toBeGreaterThanOrEqual(262_144);
    expect(bytes).toBeLessThan(2 * 262_144);
  });

  it('sends what is buffered when the runtime ends', async () => {
    await using listener = await startListener();
    await using ready = await subscribedStage(listener.port, { more: { buffering: { timeoutMs: 30_000 } } });

    ready.stage.emulator.kill('runtime');

    expect((await listener.receives('platform.initReport')).record).toMatchObject({ status: 'success' });
  });

  it('keeps the report of an invocation for the next one, or for the shutdown', async () => {
    await using listener = await startListener();
    await using ready = await subscribedStage(listener.port, { freeze: true, events: ['INVOKE', 'SHUTDOWN'] });
    const { stage, identifier } = ready;
    const isReportOf = (requestId: string) => (record: TelemetryRecord) =>
      (record.record as { requestId?: string }).requestId === requestId;

    const first = stage.emulator.invoke();
    await stage.respond(requestIdOf(await (ready.work as Promise<Answer>)), '1');
    await ready.event;
    const work = stage.runtimeNext();
    await listener.receives('platform.runtimeDone');
    void stage.extensionNext(identifier);
    await stage.emulator.untilPhase('idle');
    const { requestId } = await first;
    expect(listener.records().some(({ type }) => type === 'platform.report')).toBe(false);
    const second = stage.emulator.invoke();
    await work;
    const arrivesInTheNext = await listener.receives('platform.report', isReportOf(requestId));
    await stage.respond(requestIdOf(await work), '1');
    void stage.runtimeNext();
    void stage.extensionNext(identifier);
    await stage.emulator.untilPhase('idle');
    const shutdown = stage.emulator.shutdown();
    const arrivesAtTheEnd = await listener.receives('platform.report', isReportOf((await second).requestId));
    await shutdown;

    expect(arrivesInTheNext.record).toMatchObject({ status: 'success' });
    expect(arrivesAtTheEnd.record).toMatchObject({ status: 'success' });
  });
});

describe('records', () => {
  it('of log lines are text, or objects where the function logs JSON and the schema is of 2022-12-13 or later', async () => {
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

  it('of a handler that threw say success, without spans of a response', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => { throw new Error("no"); }' });

    await stage.emulator.invoke();
    const done = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.runtimeDone');

    expect(done.record).toMatchObject({ status: 'success', spans: [] });
  });

  it('have no extensionOverhead where no extension subscribed to INVOKE', async () => {
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

describe('faults', () => {
  it('delay deliveries', async () => {
    await using listener = await startListener();
    const clock = alarmClock(7_777);
    await using stage = await setStage({ extensions: { mine: SLEEPS }, freeze: false, clock });
    stage.emulator.faults.telemetryDelayMs = 7_777;
    void stage.emulator.init();
    await subscribe(stage, await stage.register('mine'), toPort(listener.port));
    await until(() => clock.sleepsMs.includes(7_777));
    expect(listener.posts).toEqual([]);

    clock.ring(7_777);

    expect((await listener.receives('platform.initStart')).type).toBe('platform.initStart');
  });

  it('hold the reply to register back', async () => {
    const clock = alarmClock(5_555);
    await using stage = await setStage({ extensions: { mine: SLEEPS }, clock });
    stage.emulator.faults.registerDelayMs.mine = 5_555;
    void stage.emulator.init();
    const registration = stage.register('mine');
    await until(() => clock.sleepsMs.includes(5_555));
    expect(stage.emulator.timeline.map(({ name }) => name)).not.toContain('register');

    clock.ring(5_555);

    expect(await registration).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the names of the sandbox', () => {
  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)('can be listened on by an extension', async () => {
    const listens = `#!/usr/bin/env node
require('node:http').createServer().listen(0, 'sandbox.localdomain', function () {
  require('node:dns').lookup('sandbox', (error, address) => console.log('listening on', this.address().address, address));
});`;
    await using stage = await setStage({ extensions: { listens } });
    void stage.emulator.init();

    const line = await stage.emulator.untilLine(({ source }) => source === 'extension');

    expect(line.text).toBe('listening on 127.0.0.1 127.0.0.1');
  });

  it('come with a hint where an extension cannot look them up', async () => {
    await using stage = await setStage({
      extensions: {
        fails: '#!/bin/sh\necho "listen tcp: lookup sandbox.localdomain: no such host"\nexec sleep 1000\n',
      },
    });
    void stage.emulator.init();

    const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');

    expect(hint.text).toContain('127.0.0.1 sandbox sandbox.localdomain');
  });
});
