import { createSocket } from 'node:dgram';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOGS_LINES, startTelemetryLambda, type TelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { answerJson, aParameter, startAwsServer } from '../support/servers/aws-server.ts';
import { startBlackHole } from '../support/servers/black-hole.ts';
import { freePort } from '../support/servers/free-port.ts';
import { makePrivateCa } from '../support/servers/private-ca.ts';
import { startTcpProxy } from '../support/servers/tcp-proxy.ts';
import { startTelemetryVendor, type VendorAnswer } from '../support/servers/telemetry-vendor.ts';

const FLUSH_MS = 1_000;
/** What a busy machine may add to any of it. */
const SLACK_MS = 700;
const COOL_DOWN_MS = 10_000;
const LONGEST_COOL_DOWN_MS = 300_000;

const to = (url: string, more: Record<string, string> = {}) => ({
  TELEMETRY_DESTINATIONS: 'http',
  TELEMETRY_HTTP_URL: url,
  TELEMETRY_FLUSH: 'end',
  TELEMETRY_FLUSH_TIMEOUT_MS: String(FLUSH_MS),
  ...more,
});

/** Beside it there is time for a request. */
const LONG_ENOUGH_TO_SEND = `export async function handler({ lines = [] }) {
  for (const line of lines) console.log(line);
  await new Promise((resolve) => setTimeout(resolve, 300));
}`;

describe('a vendor that is down costs one bounded flush, and later invocations nothing:', () => {
  it('nobody listens, from the start', async ({ annotate }) => {
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(`http://127.0.0.1:${await freePort()}`));

    await expectOneBoundedFlush(lambda, annotate);

    expect(lambda.said()).toEqual([expect.stringMatching(/^WARN \[telemetry\] http takes nothing: .*ECONNREFUSED/)]);
  });

  it('packets to it are dropped', async ({ annotate }) => {
    await using blackHole = await startBlackHole();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(`http://127.0.0.1:${blackHole.port}`));

    await expectOneBoundedFlush(lambda, annotate);

    expect(lambda.said()).toEqual([expect.stringContaining('there was no answer in time')]);
  });

  it.for<[string, VendorAnswer, RegExp]>([
    ['it accepts and never answers', () => true, /there was no answer in time/],
    ['its answer never ends', (response) => response.writeHead(200).write('{'), /there was no answer in time/],
    ['it answers 503', (response) => response.writeHead(503).end('overloaded'), /answered 503: overloaded/],
    ['it resets each connection', (response) => response.destroy(), /socket hang up/],
    [
      'it answers 429 and wants to be left alone',
      (response) => response.writeHead(429, { 'retry-after': '30' }).end(),
      /answered 429\. \d+ records wait; next try in 30 s/,
    ],
    [
      'it answers 401',
      (response) => response.writeHead(401).end(),
      /answered 401\. \d+ records wait; next try in 300 s/,
    ],
  ])('%s', async ([_case, answer, problem], { annotate }) => {
    await using vendor = await startTelemetryVendor(answer);
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor.url));

    await expectOneBoundedFlush(lambda, annotate);

    expect(lambda.said()).toEqual([expect.stringMatching(problem)]);
    expect(vendor.requests).toBeLessThanOrEqual(3);
  });

  it('its certificate is from an unknown authority', async ({ annotate }) => {
    using ca = makePrivateCa('localhost');
    await using vendor = await startTelemetryVendor(undefined, { tls: ca });
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor.url));

    await expectOneBoundedFlush(lambda, annotate);

    expect(lambda.said()).toEqual([expect.stringMatching(/UNABLE_TO_VERIFY_LEAF_SIGNATURE/)]);
  });

  it('the proxy on the way to it refuses', async ({ annotate }) => {
    const proxy = `http://127.0.0.1:${await freePort()}`;
    await using lambda = await startTelemetryLambda(
      LOGS_LINES,
      to('https://vendor.example', { HTTPS_PROXY: proxy, NO_PROXY: '169.254.169.254' }),
    );

    await expectOneBoundedFlush(lambda, annotate);

    expect(lambda.said()).toEqual([expect.stringMatching(/http takes nothing: vendor\.example: .*ECONNREFUSED/)]);
  });

  it('the proxy on the way to it never answers', async ({ annotate }) => {
    await using vendor = await startTelemetryVendor();
    await using proxy = await startTcpProxy(vendor.url);
    proxy.behave('stall');
    await using lambda = await startTelemetryLambda(
      LOGS_LINES,
      to('https://vendor.example', { HTTPS_PROXY: proxy.url, NO_PROXY: '169.254.169.254' }),
    );

    await expectOneBoundedFlush(lambda, annotate);

    expect(lambda.said()).toEqual([expect.stringContaining('there was no answer in time')]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'no name server answers (needs root, to give the extension one of its own)',
    async ({ annotate }) => {
      using nameServer = await startDeafNameServer();
      await using lambda = await startTelemetryLambda(LOGS_LINES, to('http://vendor.example'), {
        prepare: nameServer.useIn,
      });

      await expectOneBoundedFlush(lambda, annotate);

      expect(lambda.said()).toEqual([expect.stringContaining('there was no answer in time')]);
    },
  );
});

describe('a vendor that hangs', () => {
  it('does not make an invocation miss its deadline, whatever the bound of a flush', async ({ annotate }) => {
    await using vendor = await startTelemetryVendor(() => true);
    const environment = to(vendor.url, { TELEMETRY_FLUSH_TIMEOUT_MS: '10000' });
    await using lambda = await startTelemetryLambda(LOGS_LINES, environment, { timeoutMs: 2_000 });
    await lambda.warmUp();

    for (const line of ['1', '2']) expect((await lambda.invoke({ lines: [line] })).payload).toBe('"ok"');

    await annotate(figures(lambda.addedMs()));
    const statuses = lambda.emulator.telemetry.records.flatMap(({ type, record }) =>
      type === 'platform.report' ? [(record as { status: string }).status] : [],
    );
    expect(statuses).toEqual(['success', 'success']);
    expect(lambda.addedMs()[1]).toBeLessThan(SLACK_MS);
  });

  it('keeps nothing from the others', async ({ annotate }) => {
    await using hanging = await startTelemetryVendor(() => true);
    await using healthy = await startTelemetryVendor();
    const destinations = { hanging: { type: 'http', url: hanging.url }, healthy: { type: 'http', url: healthy.url } };
    await using lambda = await startTelemetryLambda(LOGS_LINES, {
      TELEMETRY_CONFIG: JSON.stringify({ destinations }),
      TELEMETRY_FLUSH: 'end',
      TELEMETRY_FLUSH_TIMEOUT_MS: String(FLUSH_MS),
    });
    await lambda.warmUp();

    const arrived: number[] = [];
    for (const line of ['1', '2', '3', '4']) {
      await lambda.invoke({ lines: [line] });
      arrived.push(healthy.lines().length);
    }

    const [first = 0, ...later] = lambda.addedMs();
    await annotate(figures([first, ...later]));
    expect(arrived).toEqual([1, 2, 3, 4]);
    expect(first).toBeLessThan(FLUSH_MS + SLACK_MS);
    expect(Math.max(...later)).toBeLessThan(SLACK_MS);
  });
});

describe('a vendor that is back', () => {
  it('is tried after the cool-down in the background, and gets the kept records first', async ({ annotate }) => {
    let state: 'up' | 'down' | 'slow' = 'up';
    const release = Promise.withResolvers<void>();
    await using vendor = await startTelemetryVendor(() => (state === 'slow' ? release.promise : state === 'down'));
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor.url), { isClockMovable: true });
    await lambda.warmUp();
    const lines = ['up 1', 'up 2', 'down 1', 'down 2', 'down 3', 'tried', 'back'];
    const invoke = () => lambda.invoke({ lines: [lines[lambda.addedMs().length]] });

    for (const _up of [1, 2]) await invoke();
    state = 'down';
    for (const _down of [1, 2, 3]) await invoke();
    const requestsBefore = vendor.requests;
    state = 'slow';
    lambda.moveClock(COOL_DOWN_MS + 1_000);
    await invoke();
    const linesBefore = vendor.lines();
    release.resolve();
    await invoke();
    await lambda.emulator.shutdown();

    const added = lambda.addedMs();
    await annotate(figures(added));
    expect(vendor.lines()).toEqual(lines);
    expect([requestsBefore, linesBefore]).toEqual([3, ['up 1', 'up 2']]);
    expect(added[2]).toBeLessThan(FLUSH_MS + SLACK_MS);
    expect(Math.max(...added.slice(3, 6))).toBeLessThan(SLACK_MS);
    expect(lambda.said()).toEqual([
      expect.stringMatching(/^WARN .* http takes nothing: .* there was no answer in time\. .* next try in 10 s$/),
      'INFO [telemetry] http takes records again; 0 were dropped so far for want of room',
    ]);
  });

  it('refused the key, and is tried with the rotated key', async ({ annotate }) => {
    let key = 'old';
    await using aws = await startAwsServer((_call, response) => answerJson(response, 200, aParameter({ Value: key })));
    await using vendor = await startTelemetryVendor((response, { headers }) => {
      if (headers['api-key'] === 'new') return;
      response.writeHead(401).end();
    });
    const environment = {
      TELEMETRY_HTTP_HEADERS: `api-key=\${ssm:/telemetry/key}`,
      AWS_ENDPOINT_URL: aws.url,
    };
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor.url, environment), { isClockMovable: true });
    await lambda.warmUp();

    for (const line of ['old 1', 'old 2']) await lambda.invoke({ lines: [line] });
    key = 'new';
    lambda.moveClock(LONGEST_COOL_DOWN_MS + 1_000);
    await lambda.invoke({ lines: ['new'] });
    await lambda.emulator.shutdown();

    await annotate(figures(lambda.addedMs()));
    expect(vendor.lines()).toEqual(['old 1', 'old 2', 'new']);
    expect(aws.calls).toHaveLength(2);
    expect(Math.max(...lambda.addedMs())).toBeLessThan(FLUSH_MS + SLACK_MS);
  });
});

describe('a vendor', () => {
  it('gets long batches in parts', async ({ annotate }) => {
    await using vendor = await startTelemetryVendor((response, _request, _count, body) => {
      if (body.split('\n').length > 6) response.writeHead(413).end();
    });
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor.url));
    await lambda.warmUp();
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);

    await lambda.invoke({ lines });
    await lambda.invoke();
    const { http } = (await lambda.metrics()).telemetry.details;

    await annotate(figures(lambda.addedMs()));
    expect(vendor.lines()).toEqual(lines);
    expect(http).toMatchObject({ rejected: 0, dropped: 0, delivered: vendor.records().length });
    expect(Math.max(...lambda.addedMs())).toBeLessThan(FLUSH_MS + SLACK_MS);
  });

  it('is trusted when NODE_EXTRA_CA_CERTS names its private authority', async () => {
    using ca = makePrivateCa('localhost');
    await using vendor = await startTelemetryVendor(undefined, { tls: ca });
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor.url, { NODE_EXTRA_CA_CERTS: ca.caFile }));

    await lambda.invoke({ lines: ['a line'] });
    await lambda.emulator.shutdown();

    expect(vendor.lines()).toEqual(['a line']);
  });

  it.for([
    ['it closed the connection', 'closeConnections', false],
    ['a NAT lost the connection', 'loseConnections', false],
    ['it closed the connection, of TLS', 'closeConnections', true],
    ['a NAT lost the connection, of TLS', 'loseConnections', true],
  ] as const)(
    'gets each line once after a freeze of 70 s in which %s',
    async ([_case, breakConnections, isTls], { annotate }) => {
      using ca = makePrivateCa('localhost');
      await using vendor = await startTelemetryVendor(undefined, isTls ? { tls: ca } : {});
      const environment = to(vendor.url, { NODE_EXTRA_CA_CERTS: ca.caFile });
      await using lambda = await startTelemetryLambda(LOGS_LINES, environment, { isClockMovable: true });
      await lambda.warmUp();

      await lambda.invoke({ lines: ['before'] });
      vendor[breakConnections]();
      lambda.moveClock(70_000);
      await lambda.invoke({ lines: ['after'] });

      await annotate(figures(lambda.addedMs()));
      expect(vendor.lines()).toEqual(['before', 'after']);
      expect(vendor.connections).toBe(2);
      expect(Math.max(...lambda.addedMs())).toBeLessThan(SLACK_MS);
      expect(lambda.said()).toEqual([]);
    },
  );

  it('gets each line once when a freeze breaks a request off', async ({ annotate }) => {
    let isDeaf = false;
    await using vendor = await startTelemetryVendor(() => isDeaf);
    const environment = to(vendor.url, {
      TELEMETRY_FLUSH: 'adaptive',
      TELEMETRY_ADAPTIVE_INVOCATIONS: '2',
      TELEMETRY_ADAPTIVE_INTERVAL_MS: '0',
      TELEMETRY_FLUSH_TIMEOUT_MS: '10000',
    });
    await using lambda = await startTelemetryLambda(LONG_ENOUGH_TO_SEND, environment, { isClockMovable: true });
    await lambda.warmUp();

    for (const line of ['sent at the end', 'sent with the next']) await lambda.invoke({ lines: [line] });
    isDeaf = true;
    const request = vendor.nextRequest();
    await lambda.invoke({ lines: ['logged meanwhile'] });
    await request;
    vendor.closeConnections();
    isDeaf = false;
    lambda.moveClock(70_000);
    await lambda.invoke({ lines: ['after'] });
    await lambda.emulator.shutdown();

    await annotate(figures(lambda.addedMs()));
    expect(vendor.lines()).toEqual(['sent at the end', 'sent with the next', 'logged meanwhile', 'after']);
    expect(Math.max(...lambda.addedMs())).toBeLessThan(SLACK_MS);
    expect(lambda.said()).toEqual([]);
  });

  it.for([
    ['forwards', 3_600_000],
    ['back', -3_600_000],
  ] as const)('gets each line once while the wall clock steps %s', async ([_case, ms], { annotate }) => {
    await using vendor = await startTelemetryVendor();
    const environment = to(vendor.url, {
      TELEMETRY_FLUSH: 'adaptive',
      TELEMETRY_ADAPTIVE_INVOCATIONS: '2',
      TELEMETRY_ADAPTIVE_INTERVAL_MS: '0',
    });
    await using lambda = await startTelemetryLambda(LOGS_LINES, environment, { isClockMovable: true });
    await lambda.warmUp();
    const lines = ['one', 'two', 'three', 'four', 'five', 'six'];

    for (const [index, line] of lines.entries()) {
      if (index === 3) lambda.moveClock(ms);
      await lambda.invoke({ lines: [line] });
    }
    await lambda.emulator.shutdown();

    await annotate(figures(lambda.addedMs()));
    expect(vendor.lines()).toEqual(lines);
    expect(Math.max(...lambda.addedMs())).toBeLessThan(SLACK_MS);
  });
});
/** All that was logged is kept meanwhile, and the function does not notice. */
async function expectOneBoundedFlush(lambda: TelemetryLambda, annotate: (text: string) => Promise<unknown>) {
  await lambda.warmUp();
  for (let count = 0; count < 6; count++) {
    expect((await lambda.invoke({ lines: [`line ${count}`] })).payload).toBe('"ok"');
  }

  const [first = 0, ...later] = lambda.addedMs();
  await annotate(figures([first, ...later]));
  expect(first).toBeLessThan(FLUSH_MS + SLACK_MS);
  expect(median(later)).toBeLessThan(FLUSH_MS / 4);
  expect(Math.max(...later)).toBeLessThan(SLACK_MS);
  const { http } = (await lambda.metrics()).telemetry.details;
  expect(http).toMatchObject({ delivered: 0, dropped: 0, rejected: 0, waiting: http?.received });
}

function figures(addedMs: readonly number[]): string {
  return `ms added to each invocation: ${addedMs.map((ms) => ms.toFixed(1)).join(', ')}`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** A name server that hears and never answers, and extensions that know no other. */
async function startDeafNameServer(): Promise<{ useIn(optFolder: string): void } & Disposable> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(53, '127.0.0.78', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'dns-'));
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.78\n');
  return {
    useIn(optFolder) {
      const real = join(folder, 'opt');
      cpSync(optFolder, real, { recursive: true });
      const launcher = 'extensions/lambda-node-extended';
      const mount = `mount --bind ${folder}/resolv.conf /etc/resolv.conf && exec "$0"`;
      rmSync(join(optFolder, launcher));
      writeFileSync(
        join(optFolder, launcher),
        `#!/bin/sh\nexec unshare --mount sh -c '${mount}' ${join(real, launcher)}\n`,
      );
      chmodSync(join(optFolder, launcher), 0o755);
    },
    [Symbol.dispose]() {
      socket.close();
      rmSync(folder, { recursive: true });
    },
  };
}
