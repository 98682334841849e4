import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { telemetry } from '@newrelic/telemetry-sdk';
import { Logger as SplunkLogger } from 'splunk-logging';
import { describe, expect, it } from 'vitest';
import { newRelic } from '../../extensions/telemetry/exporters/new-relic.ts';
import { splunkHec } from '../../extensions/telemetry/exporters/splunk-hec.ts';
import { exporterContext, log, metric, span } from '../support/builders/exporter-items.ts';
import { exporterOf, nowMs } from '../support/builders/prove-destination.ts';
import { sendTelemetry } from '../support/builders/send-telemetry.ts';

const requestId = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';

describe("New Relic's telemetry SDK makes the same request as new-relic", () => {
  const common = {
    'service.name': 'orders',
    'cloud.resource_id': exporterContext.source.resource['cloud.resource_id'] as string,
    'faas.name': 'orders',
    'cloud.region': 'eu-central-1',
    plugin: 'lambda-node-extended',
  };
  const ours = (item: Parameters<typeof requestsOf>[0]) => requestsOf(item).map(comparable);
  const requestsOf = (item: ReturnType<typeof log | typeof metric | typeof span>) =>
    exporterOf(newRelic, { NEW_RELIC_LICENSE_KEY: 'key' }).encode([item], nowMs);

  it('for logs', () => {
    const item = log({ body: 'a line', level: 'WARN', severity: 13, requestId });
    const attributes = { level: 'WARN', 'faas.execution': requestId, 'aws.lambda_request_id': requestId };
    const batch = new telemetry.logs.LogBatch([new telemetry.logs.Log('a line', item.timeMs, attributes)], common);

    expect(ours(item)).toEqual([sentBy(new telemetry.logs.LogClient({ apiKey: 'key' }), batch)]);
  });

  it.each([
    [
      'counts',
      metric(
        'a',
        { kind: 'sum', value: 3, isMonotonic: true, temporality: 'delta' },
        { startMs: 1_000, timeMs: 2_000 },
      ),
      new telemetry.metrics.CountMetric('a', 3, { unit: 'ms' }, 1_000, 1_000),
    ],
    [
      'gauges',
      metric('a', { kind: 'gauge', value: 3.5 }, { timeMs: 2_000, attributes: { isCold: true } }),
      new telemetry.metrics.GaugeMetric('a', 3.5, { unit: 'ms', isCold: true }, 2_000),
    ],
    [
      'summaries',
      metric(
        'a',
        { kind: 'histogram', temporality: 'delta', count: 2, sum: 5, min: 2, max: 3, bounds: [], counts: [2] },
        { startMs: 1_000, timeMs: 2_000 },
      ),
      new telemetry.metrics.SummaryMetric('a', { count: 2, sum: 5, min: 2, max: 3 }, { unit: 'ms' }, 1_000, 1_000),
    ],
  ])('for %s', (_kind, item, theirs) => {
    const batch = new telemetry.metrics.MetricBatch(common, undefined, undefined, [theirs]);

    expect(ours(item)).toEqual([sentBy(new telemetry.metrics.MetricClient({ apiKey: 'key' }), batch)]);
  });

  it('for spans', () => {
    const item = span({ parentSpanId: '00f067aa0ba902b7' });
    const attributes = {
      'span.kind': 'server',
      'otel.status_code': 'OK',
      'faas.execution': requestId,
      'aws.lambda_request_id': requestId,
      'faas.coldstart': true,
    };
    const { spanId, traceId, timeMs, name, parentSpanId } = item;
    const theirs = new telemetry.spans.Span(spanId, traceId, timeMs, name, parentSpanId, undefined, 12.5, attributes);
    const batch = new telemetry.spans.SpanBatch(common, [theirs]);

    expect(ours(item)).toEqual([sentBy(new telemetry.spans.SpanClient({ apiKey: 'key' }), batch)]);
  });
});

describe("Splunk's client for JavaScript sends the same events as splunk-hec", () => {
  it('in one batch, with the same token', async () => {
    await using collector = await startCollector();
    const items = [log({ body: 'first' }), log({ body: 'second', level: 'WARN', severity: 13, requestId })];
    const exporter = exporterOf(splunkHec, {
      SPLUNK_HEC_URL: `http://127.0.0.1:${collector.port}`,
      SPLUNK_HEC_TOKEN: 'token',
      SPLUNK_INDEX: 'main',
    });
    const logger = new SplunkLogger({
      token: 'token',
      protocol: 'http',
      host: '127.0.0.1',
      port: collector.port,
      batchInterval: 0,
      maxBatchCount: 0,
    });
    logger.eventFormatter = (message) => message;

    expect(await sendTelemetry(exporter, items)).toEqual([{ kind: 'delivered' }]);
    const [ours] = collector.requests;
    for (const { event, ...metadata } of ours?.events ?? [])
      logger.send({ message: event, metadata: { ...metadata, time: Number(metadata.time) * 1_000 } });
    await new Promise((resolve) => logger.flush(resolve));

    const [, theirs] = collector.requests;
    expect(ours?.events).toHaveLength(2);
    expect(ours?.events).toEqual(theirs?.events);
    expect(ours?.headers.authorization).toBe(theirs?.headers.authorization);
    expect(`${ours?.path}/1.0`).toBe(theirs?.path);
  });
});

interface NewRelicClient {
  _sendData(options: { host: string; pathname: string; headers: object }, payload: string): void;
  send(batch: object, done: () => void): void;
}

/** What a client would send: it knows HTTPS only, and no certificates but the system's. */
function sentBy(client: unknown, batch: object) {
  let sent: unknown;
  const spied = client as NewRelicClient;
  spied._sendData = ({ host, pathname, headers }, payload) => {
    sent = { url: `https://${host}${pathname}`, headers: lowerCased(headers), body: JSON.parse(payload) };
  };
  spied.send(batch, () => undefined);
  return sent;
}

function comparable({ url, headers, body }: { url: string; headers: object; body: string | Uint8Array }) {
  const { 'content-type': _, ...others } = lowerCased(headers);
  return { url, headers: others, body: JSON.parse(String(body)) };
}

function lowerCased(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

interface CollectedRequest {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** With `time` as a number, which Splunk's client writes as text. */
  readonly events: { event: object; time: number }[];
}

/** Reads JSON objects that follow each other, as Splunk's collector does. */
async function startCollector() {
  const requests: CollectedRequest[] = [];
  const server = createServer(async (request, response) => {
    const isGzip = request.headers['content-encoding'] === 'gzip';
    const body = await text(isGzip ? request.pipe(createGunzip()) : request);
    const events = body
      .replaceAll('}{', '}\n{')
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const event of events) event.time = Number(event.time);
    requests.push({ path: request.url, headers: request.headers, events });
    response.end('{"text":"Success","code":0}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
