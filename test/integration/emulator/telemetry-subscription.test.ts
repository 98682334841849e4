import { describe, expect, it } from 'vitest';
import { requestIdOf, SLEEPS, setStage } from './stage.ts';
import { startListener, subscribe, subscribedStage, toPort } from './telemetry-listener.ts';

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

  it('replaces the first subscription with the second', async () => {
    await using first = await startListener();
    await using second = await startListener();
    await using stage = await setStage({ extensions: { mine: SLEEPS }, freeze: false });
    void stage.emulator.init();
    const identifier = await stage.register('mine');

    await subscribe(stage, identifier, toPort(first.port, { buffering: { timeoutMs: 30_000 } }));
    const answer = await subscribe(stage, identifier, toPort(second.port));

    expect(answer.status).toBe(200);
    expect((await second.receives('platform.initStart')).record).toMatchObject({ phase: 'init' });
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

  it.each([
    [undefined, []],
    ['2021-03-18', ['platform.runtimeDone']],
  ])('also works by the older Logs API, with its records, in the schema %s', async (schemaVersion, more) => {
    await using listener = await startListener();
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();
    const identifier = await stage.register('mine');
    const body = JSON.stringify({ ...toPort(listener.port), schemaVersion });

    const answer = await stage.call('PUT', '/2020-08-15/logs', { 'Lambda-Extension-Identifier': identifier }, body);
    void stage.extensionNext(identifier);
    const work = stage.runtimeNext();
    void stage.emulator.invoke();
    await stage.respond(requestIdOf(await work), '1');
    void stage.runtimeNext();
    await stage.emulator.untilPhase('idle');
    await stage.emulator.shutdown();

    expect(answer).toMatchObject({ status: 200, body: '"OK"' });
    const report = await listener.receives('platform.report');
    const requestId = requestIdOf(await work);
    expect(report.record).toEqual({ requestId, metrics: expect.objectContaining({ memorySizeMB: 128 }) });
    expect(listener.records().map(({ type }) => type)).toEqual([
      'platform.logsSubscription',
      'platform.extension',
      'platform.start',
      ...more,
      'platform.end',
      'platform.report',
    ]);
  });

  it.each([
    ['an identifier', {}, 403, 'Extension.MissingExtensionIdentifier'],
    ['a body', { 'Lambda-Extension-Identifier': 'own' }, 400, 'ValidationError'],
  ])('by the Logs API needs %s', async (_what, headers, status, errorType) => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();
    const identifier = await stage.register('mine');
    const sent = Object.fromEntries(Object.keys(headers).map((name) => [name, identifier]));

    const answer = await stage.call('PUT', '/2020-08-15/logs', sent, '{}');

    expect(answer).toMatchObject({ status, body: expect.stringContaining(errorType) });
  });
});
