import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { call } from '../../foundation/http-client.ts';
import { deliveryUrl } from '../support/lambda/delivery-url.ts';
import { type ScriptedAnswers, startExtensionsApi } from '../support/lambda/extensions-api.ts';
import { startHost } from '../support/lambda/host-process.ts';
import { copyOpt } from '../support/lambda/opt-copy.ts';
import { isSupervisorBuilt, startSupervised } from '../support/lambda/supervised.ts';
import { freePort } from '../support/servers/free-port.ts';
import { hostsFile, mayChooseHosts } from '../support/servers/hosts-file.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';

const WAYS = [
  ...(isSupervisorBuilt ? [['with the supervisor', { isAlone: false }] as const] : []),
  ['without the supervisor', { isAlone: true }] as const,
];
const RECORD = { time: '2026-01-01T00:00:00.000Z', type: 'platform.start', record: {} };

/** The recorder prints what it gets. */
async function startRecorder(
  way: { isAlone: boolean },
  {
    environment = {},
    answers,
    through = [],
  }: { environment?: Record<string, string>; answers?: ScriptedAnswers; through?: readonly string[] } = {},
) {
  const opt = copyOpt(['recorder.cjs'], way);
  const api = await startExtensionsApi(answers);
  const port = await freePort();
  const host = await startHost(
    opt.launcher,
    {
      AWS_LAMBDA_RUNTIME_API: api.authority,
      EXTENSIONS_TELEMETRY_PORT: String(port),
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
      ...environment,
    },
    { through },
  );
  await api.asksForEvent(1);
  await host.line(/^ready/);
  let deliveries = 0;
  return {
    host,
    port,
    url: () => new URL(deliveryUrl(api)),
    async post(path: string, headers: Record<string, string> = {}): Promise<number> {
      // A body of its own, because the same bytes again would count as a repetition.
      const body = JSON.stringify([RECORD]) + ' '.repeat(deliveries++);
      return (await call({ authority: `127.0.0.1:${port}`, method: 'POST', path, headers, body })).status;
    },
    taken: () => host.output.split('\n').filter((line) => line.startsWith('telemetry ')).length,
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      opt[Symbol.dispose]();
    },
  };
}

async function isOpen(port: number, address: string): Promise<boolean> {
  const socket = connect(port, address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe.each(WAYS)('telemetry %s', (_way, way) => {
  it('is taken from Lambda alone, which knows a path that nobody can guess', async () => {
    await using recorder = await startRecorder(way);
    const { pathname, port } = recorder.url();

    const strangers = [
      await recorder.post('/'),
      await recorder.post('/guess'),
      await recorder.post(pathname, { origin: 'https://evil.example' }),
      await recorder.post(pathname, { host: 'evil.example' }),
    ];
    const lambda = await recorder.post(pathname, { host: `sandbox.localdomain:${port}` });
    await recorder.host.line(/^telemetry platform\.start$/);

    expect([strangers, lambda]).toEqual([[404, 404, 403, 403], 200]);
    expect(recorder.taken()).toBe(1);
  });

  it('is taken at / on managed instances, where AWS’s emulator drops the path, until it has arrived with the path', async () => {
    const environment = { AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' };
    await using recorder = await startRecorder(way, { environment });
    const { pathname } = recorder.url();

    const statuses = [];
    for (const path of ['/', '/guess', '/', pathname, '/']) statuses.push(await recorder.post(path));

    expect(statuses).toEqual([200, 404, 200, 200, 404]);
  });

  it.each([202, 404])('has no open port after the subscription was answered %i', async (status) => {
    await using recorder = await startRecorder(way, { answers: { subscribe: { status, body: '' } } });

    expect(await isOpen(recorder.port, '127.0.0.1')).toBe(false);
  });

  it('keeps its port open after the subscription was answered 500, because Lambda may deliver all the same', async () => {
    await using recorder = await startRecorder(way, { answers: { subscribe: { status: 500, body: '' } } });

    expect(await isOpen(recorder.port, '127.0.0.1')).toBe(true);
  });

  it.skipIf(!mayChooseHosts)(
    'is not open to the network where nothing names the sandbox and the API is on loopback (needs root, for a hosts file)',
    async () => {
      using hosts = hostsFile('127.0.0.1 localhost\n');
      await using recorder = await startRecorder(way, { through: hosts.through });

      const open = [await isOpen(recorder.port, '127.0.0.1'), await isOpen(recorder.port, '127.0.0.2')];

      expect([open, recorder.host.output]).toEqual([[true, false], expect.not.stringContaining('all addresses')]);
    },
  );

  it('serves its counters to programs and not to web pages', async () => {
    const port = await freePort();
    await using _recorder = await startRecorder(way, { environment: { EXTENSIONS_HTTP_PORT: String(port) } });
    const ask = async (headers: Record<string, string>) =>
      (await call({ authority: `127.0.0.1:${port}`, method: 'GET', path: '/metrics', headers })).status;
    while (!(await isOpen(port, '127.0.0.1'))) await new Promise(setImmediate);

    expect([await ask({}), await ask({ host: 'evil.example' }), await ask({ origin: 'null' })]).toEqual([
      200, 403, 403,
    ]);
  });
});

describe.runIf(isSupervisorBuilt)('a host that is killed at the moment of an acknowledgement', () => {
  it('loses no record of Lambda, 30 times of 30', async () => {
    await using vendor = await startTelemetryVendor();

    const sent: string[] = [];
    for (let start = 0; start < KILLS / 2; start++) {
      await using lambda = await startWithTelemetry(vendor.url, await freePort());
      // A third kill in a row would make the supervisor start no host for a while.
      for (const kill of [2 * start, 2 * start + 1]) {
        const before = complaints(lambda.supervisor.output).length;
        const answer = await fetch(deliveryUrl(lambda.api), { method: 'POST', body: linesOfLambda(2, `${kill}-`) });
        process.kill(lambda.hostPid() ?? Number.NaN, 'SIGKILL');
        expect(answer.status).toBe(200);
        sent.push(`${kill}-0`, `${kill}-1`);
        while (complaints(lambda.supervisor.output).length === before) await new Promise(setImmediate);
        lambda.invoke(`request-${kill}`);
        await lambda.untilHostRuns();
      }
      lambda.shutDown();
      await lambda.supervisor.exit;
      expect(lambda.supervisor.output).not.toMatch(/lost/i);
    }

    expect(vendor.lines()).toEqual(sent);
  }, 120_000);

  it('loses the records of an OpenTelemetry SDK, and the supervisor counts each of them, 30 times of 30', async () => {
    await using vendor = await startTelemetryVendor();

    const lost: unknown[] = [];
    for (let start = 0; start < KILLS / 2; start++) {
      const otlpPort = await freePort();
      await using lambda = await startWithTelemetry(vendor.url, otlpPort);
      // A third kill in a row would make the supervisor start no host for a while.
      for (const records of [2 * start + 1, 2 * start + 2]) {
        const before = complaints(lambda.supervisor.output).length;
        const answer = await postLinesOfSdk(otlpPort, records);
        process.kill(lambda.hostPid() ?? Number.NaN, 'SIGKILL');
        expect(answer.status).toBe(200);
        while (complaints(lambda.supervisor.output).length === before) await new Promise(setImmediate);
        const complaint = complaints(lambda.supervisor.output).at(-1) ?? '';
        lost.push(Number(/(\d+) telemetry records were lost with it\./.exec(complaint)?.[1]));
      }
    }

    // Another number each time, so that no count is mistaken for that of another kill.
    expect(lost).toEqual(Array.from({ length: KILLS }, (_, kill) => kill + 1));
    expect(vendor.lines()).toEqual([]);
  }, 120_000);

  it('may have delivered what it was sending of an SDK, and the supervisor says so', async () => {
    const vendor = createServer();
    const asked = once(vendor, 'request');
    await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
    const { port } = vendor.address() as AddressInfo;
    const otlpPort = await freePort();
    await using lambda = await startWithTelemetry(`http://127.0.0.1:${port}`, otlpPort);

    await postLinesOfSdk(otlpPort, 5);
    lambda.shutDown();
    await asked;
    process.kill(lambda.hostPid() ?? Number.NaN, 'SIGKILL');
    await lambda.supervisor.exit;
    vendor.closeAllConnections();
    vendor.close();

    expect(lambda.supervisor.output).toMatch(
      /Lost 5 telemetry records, .*; 5 of them were being sent and may have arrived\.$/m,
    );
  });
});

const KILLS = 30;

async function startWithTelemetry(url: string, otlpPort: number) {
  return startSupervised({
    modules: [],
    environment: {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: url,
      TELEMETRY_FLUSH: 'end',
      TELEMETRY_OTLP_PORT: String(otlpPort),
    },
  });
}

function complaints(output: string): string[] {
  return output.split('\n').filter((line) => line.includes('The host was terminated by signal 9'));
}

function postLinesOfSdk(port: number, records: number): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`http://127.0.0.1:${port}/v1/logs`, { method: 'POST', headers, body: linesOfSdk(records) });
}

function linesOfLambda(count: number, name: string): string {
  const line = (index: number) => ({ time: '2026-01-01T00:00:00.000Z', type: 'function', record: `${name}${index}` });
  return JSON.stringify(Array.from({ length: count }, (_, index) => line(index)));
}

function linesOfSdk(count: number): string {
  const logRecords = Array.from({ length: count }, (_, index) => ({
    timeUnixNano: '1767225600000000000',
    body: { stringValue: `line ${index}` },
  }));
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}
