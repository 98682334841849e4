import { describe, expect, it } from 'vitest';
import { defineExtension, port, text } from '../extensions/sdk/index.ts';
import { freePort } from '../test/support/servers/free-port.ts';
import { assertLine } from './matchers.ts';
import { startExtension } from './start-extension.ts';

describe('an extension in the process of the test', () => {
  it('is called as the host calls it: ready, telemetry of its types, invoke, snapshot, restore, SHUTDOWN', async () => {
    const calls: unknown[] = [];
    const definition = defineExtension({
      name: 'own',
      settings: {},
      subscribesTo: ['platform'],
      init: ({ host }) => ({
        ready: () => void calls.push('ready'),
        telemetry: (records) => void calls.push(records),
        invoke: ({ requestId, deadlineMs }) =>
          void calls.push([requestId, deadlineMs - host.clock.wallMs(), host.deadlineMs()]),
        beforeSnapshot: () => void calls.push(host.isSnapshotAhead()),
        restore: () => void calls.push(host.isSnapshotAhead()),
        shutdown: ({ shutdownReason }) => void calls.push(shutdownReason),
      }),
    });
    await using lambda = await startExtension(definition);

    await lambda.ready();
    await lambda.telemetry([
      { type: 'platform.start', record: { requestId: 'r' } },
      { type: 'function', record: 'a line' },
    ]);
    await lambda.invoke({ requestId: 'r' });
    await lambda.beforeSnapshot();
    await lambda.restore();
    await lambda.shutdown('timeout');

    const nowMs = lambda.clock.wallMs();
    expect(calls).toEqual([
      'ready',
      [{ time: new Date(nowMs).toISOString(), type: 'platform.start', record: { requestId: 'r' } }],
      ['r', 3_000, nowMs + 3_000],
      true,
      false,
      'timeout',
    ]);
  });

  it('has only the time that Lambda gives, by the clock of the test', async () => {
    let reason: unknown;
    const definition = defineExtension({
      name: 'own',
      settings: {},
      init: () => ({
        invoke: (_event, { signal }) =>
          new Promise(() => signal.addEventListener('abort', () => (reason = signal.reason))),
      }),
    });
    await using lambda = await startExtension(definition);

    const invoked = lambda.invoke();
    lambda.clock.pass(2_000);
    await invoked;

    expect(reason).toEqual(new Error('The time for invoke is over'));
    expect(lambda.lines.filter(({ level }) => level === 'error').map(({ text }) => text)).toEqual([
      'invoke took too long, so the host goes on without it (logged once)',
    ]);
  });

  it('serves its port until it is closed', async () => {
    const settings = { port: port('OWN_PORT', 2_790, 'Its port.') };
    const definition = defineExtension({
      name: 'own',
      settings,
      listens: { own: settings.port },
      async init({ settings: { port }, host }) {
        await host.http.serve({ name: 'own', port, handle: (_request, response) => response.end('here') });
        return {};
      },
    });
    const OWN_PORT = String(await freePort());
    const lambda = await startExtension(definition, { environment: { OWN_PORT } });

    const answer = await (await fetch(`http://127.0.0.1:${OWN_PORT}`)).text();
    await lambda.close();

    expect(answer).toBe('here');
    await expect(fetch(`http://127.0.0.1:${OWN_PORT}`)).rejects.toThrow();
  });

  it('reads its UDP port until it is closed, so that the process of the test can end', async () => {
    const settings = { port: port('OWN_PORT', 2_790, 'Its port.') };
    const definition = defineExtension({
      name: 'own',
      settings,
      receives: { own: settings.port },
      async init({ settings: { port }, host }) {
        await host.datagrams.receive({ name: 'own', port, take() {} });
        return {};
      },
    });
    const environment = { OWN_PORT: String(await freePort()) };
    const first = await startExtension(definition, { environment });

    await expect(startExtension(definition, { environment })).rejects.toThrow('/udp is in use');
    await first.close();
    await using second = await startExtension(definition, { environment });

    expect(second.lines).toEqual([]);
  });

  it('that fails to start says why', async () => {
    const definition = defineExtension({
      name: 'own',
      settings: {},
      init() {
        throw new Error('no such file');
      },
    });

    await expect(startExtension(definition)).rejects.toThrow('could not start: no such file');
  });

  it('that its settings leave off says which would enable it', async () => {
    const settings = { url: text('OWN_URL', undefined, 'Where to.') };
    const definition = defineExtension({ name: 'own', settings, enabledWhen: [settings.url], init: () => ({}) });

    await expect(startExtension(definition)).rejects.toThrow('that enable it: OWN_URL');
    await using lambda = await startExtension(definition, { environment: { OWN_URL: 'http://a' } });
    expect(lambda.lines).toEqual([]);
  });

  it('sees no variable of this process, and wrong settings are lines', async () => {
    const settings = { path: text('PATH', 'none', 'A path.'), port: port('OWN_PORT', 1, 'A port.') };
    let seen: unknown;
    const definition = defineExtension({
      name: 'own',
      settings,
      init({ settings }) {
        seen = settings;
        return {};
      },
    });

    await using lambda = await startExtension(definition, { environment: { OWN_PORT: 'x' } });

    expect(seen).toEqual({ path: 'none', port: 1 });
    assertLine(lambda, /^OWN_PORT is "x"/);
  });
});
