import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';
import { type Answer, requestIdOf, SLEEPS, setStage } from './stage.ts';
import { ISO, startListener, subscribe, subscribedStage, toPort } from './telemetry-listener.ts';

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
    const server = createServer((socket) => {
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

  it('sends every subscriber the records from before its subscription', async () => {
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

  it('retries until somebody listens', async () => {
    await using listener = await startListener([503, 500]);
    await using ready = await subscribedStage(listener.port);
    ready.stage.emulator.faults.telemetryFailures = 2;

    const record = await listener.receives('platform.initStart');

    expect(record.record).toMatchObject({ phase: 'init' });
    expect(listener.records().filter(({ type }) => type === 'platform.initStart')).toHaveLength(1);
  });

  it('drops a refused batch after three attempts and reports how much was lost', async () => {
    await using listener = await startListener([400, 400, 400]);
    await using ready = await subscribedStage(listener.port);

    const dropped = await listener.receives('platform.logsDropped');

    expect(ready.answer.status).toBe(200);
    const { droppedRecords, droppedBytes, reason } = dropped.record as Record<string, number | string>;
    expect(droppedRecords).toBeGreaterThan(0);
    expect(droppedBytes).toBeGreaterThan(0);
    expect(reason).toBe('The subscriber refused the logs.');
  });

  it('drops and counts the records that a slow consumer leaves waiting', async () => {
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

  it('sends the report of an invocation with the next one, or in the shutdown', async () => {
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
