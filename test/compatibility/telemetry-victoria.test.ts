import { beforeAll, describe, expect, it } from 'vitest';
import { aggregator } from '../../extensions/telemetry/dogstatsd/aggregate.ts';
import { parseDatagram } from '../../extensions/telemetry/dogstatsd/parse.ts';
import { datadog } from '../../extensions/telemetry/exporters/datadog.ts';
import { elasticsearch } from '../../extensions/telemetry/exporters/elasticsearch.ts';
import type { ExportRequest } from '../../extensions/telemetry/exporters/exporter.ts';
import { http } from '../../extensions/telemetry/exporters/http.ts';
import { loki } from '../../extensions/telemetry/exporters/loki.ts';
import { sumoHttp } from '../../extensions/telemetry/exporters/sumo-http.ts';
import { exporterContext, oneOfEach } from '../support/builders/exporter-items.ts';
import { exporterOf, nowMs } from '../support/builders/prove-destination.ts';
import { sendTelemetry } from '../support/builders/send-telemetry.ts';
import { buildVictoria, hasGo, startVictoria, type VictoriaServer } from '../support/servers/victoria.ts';

const minute = 60_000;
const logs = oneOfEach.filter(({ signal }) => signal === 'logs');
const metrics = oneOfEach.filter(({ signal }) => signal === 'metrics');

describe.skipIf(!hasGo)('VictoriaLogs and VictoriaMetrics (need Go)', () => {
  beforeAll(buildVictoria, 10 * minute);

  it('read the logs of datadog', async () => {
    await using server = await startVictoria('victoria-logs');
    const exporter = exporterOf(datadog, {
      DD_API_KEY: 'key',
      DD_TAGS: 'team:shop',
      DD_LOGS_CONFIG_LOGS_DD_URL: `${server.url}/insert/datadog`,
    });

    const verdicts = await sendTelemetry(exporter, logs);

    expect(verdicts).toEqual([{ kind: 'delivered' }]);
    expect(await storedLogs(server)).toEqual([
      expect.objectContaining({
        _msg: 'a line with "quotes", ümlauts\nand a second line',
        _time: '2026-01-02T03:04:05.678Z',
        status: 'info',
        service: 'orders',
        team: 'shop',
      }),
      expect.objectContaining({
        _msg: expect.stringMatching(/^{"message":"payment failed","lambda":/),
        status: 'error',
      }),
      expect.objectContaining({ _msg: '{"event":"started","port":8080}' }),
      expect.objectContaining({ _msg: expect.stringMatching(/^{"message":"of an SDK",/), service: 'checkout' }),
    ]);
  });

  it('read the streams of loki, with their labels', async () => {
    await using server = await startVictoria('victoria-logs');
    const exporter = exporterOf(loki, {
      TELEMETRY_LOKI_URL: `${server.url}/insert/loki/api/v1/push?_stream_fields=service_name,level`,
      TELEMETRY_LOKI_LABELS: 'env=prod',
    });

    const verdicts = await sendTelemetry(exporter, logs);

    const stored = await storedLogs(server);
    expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['delivered']));
    expect(stored).toHaveLength(logs.length);
    expect(stored).toContainEqual(
      expect.objectContaining({
        // The server reads the JSON of the line, too, and both have a level.
        _stream: expect.stringContaining('level="error"'),
        env: 'prod',
        service_name: 'orders',
        instance: 'd0c1b2a3',
        _time: '2026-01-02T03:04:05.678Z',
      }),
    );
    expect(JSON.stringify(stored)).toContain('payment failed');
  });

  it('read the documents of elasticsearch', async () => {
    await using server = await startVictoria('victoria-logs');
    const exporter = exporterOf(elasticsearch, {
      TELEMETRY_ELASTICSEARCH_URL: `${server.url}/insert/elasticsearch`,
      TELEMETRY_ELASTICSEARCH_USER: 'user',
    });

    const verdicts = await sendTelemetry(
      { ...exporter, encode: (items, nowMs) => exporter.encode(items, nowMs).map(withParameters) },
      logs,
    );

    const stored = await storedLogs(server);
    expect(verdicts).toEqual([{ kind: 'delivered' }]);
    expect(stored).toHaveLength(logs.length);
    expect(stored).toContainEqual(
      expect.objectContaining({ _msg: 'payment failed', level: 'ERROR', _time: '2026-01-02T03:04:05.678Z' }),
    );
  });

  it('read the metrics of datadog', async () => {
    await using server = await startVictoria('victoria-metrics');
    const exporter = exporterOf(datadog, { DD_API_KEY: 'key', DD_DD_URL: `${server.url}/datadog` });

    const verdicts = await sendTelemetry(exporter, metrics);

    expect(verdicts).toEqual([{ kind: 'delivered' }]);
    expect(await storedMetrics(server)).toEqual({
      'aws.lambda.duration': 12.5,
      'aws.lambda.invocations': 3,
      'gc.count': 2,
      'gc.sum': 3,
      'http.server.duration.count': 4,
      'http.server.duration.max': 99,
      'http.server.duration.min': 0.5,
      'http.server.duration.sum': 101.5,
      'latency.count': 2,
      'latency.quantile': 20,
      'latency.sum': 30,
      requests: 9,
    });
  });

  it('read the distributions of datadog, whose percentiles are those of the values', async () => {
    await using server = await startVictoria('victoria-metrics');
    const exporter = exporterOf(datadog, { DD_API_KEY: 'key', DD_DD_URL: `${server.url}/datadog` });
    const sums = aggregator(exporterContext.source);
    const values = Array.from({ length: 1_000 }, (_, index) => index + 1);
    for (const sample of parseDatagram(`latency:${values.join(':')}|d|#shop:berlin`).samples) sums.add(sample, nowMs);

    const verdicts = await sendTelemetry(exporter, sums.take(nowMs));

    await server.flush();
    const series = await server.query('/api/v1/export', { 'match[]': '{__name__=~"latency.*"}', start: '0' });
    const stored = series.map(({ metric, values }) => {
      const { __name__: name = '', quantile, shop } = metric as Record<string, string>;
      return [quantile === undefined ? name : `${name} ${quantile}`, shop, (values as number[]).at(-1)];
    });
    const near = (value: number) => expect.closeTo(value, -1.3);
    expect(verdicts).toEqual([{ kind: 'delivered' }]);
    expect(stored.sort()).toEqual([
      ['latency 0.5', 'berlin', near(500)],
      ['latency 0.75', 'berlin', near(750)],
      ['latency 0.9', 'berlin', near(900)],
      ['latency 0.95', 'berlin', near(950)],
      ['latency 0.99', 'berlin', near(990)],
      ['latency.count', 'berlin', 1_000],
      ['latency.max', 'berlin', 1_000],
      ['latency.min', 'berlin', 1],
      ['latency.sum', 'berlin', 500_500],
    ]);
  });

  it('read the metrics of sumo-http, which are of Prometheus', async () => {
    await using server = await startVictoria('victoria-metrics');
    const exporter = exporterOf(sumoHttp, { SUMO_HTTP_ENDPOINT: `${server.url}/api/v1/import/prometheus` });

    const verdicts = await sendTelemetry(exporter, metrics);

    expect(verdicts).toEqual([{ kind: 'delivered' }]);
    expect(await storedMetrics(server)).toEqual({
      aws_lambda_duration: 12.5,
      aws_lambda_invocations: 3,
      gc_count: 2,
      gc_sum: 3,
      http_server_duration_count: 4,
      http_server_duration_max: 99,
      http_server_duration_min: 0.5,
      http_server_duration_sum: 101.5,
      latency_count: 2,
      latency_quantile: 20,
      latency_sum: 30,
      requests: 9,
    });
  });

  const lines = '/insert/jsonline?_time_field=timestamp&_msg_field=message,name';
  it.each([
    ['http', (url: string) => exporterOf(http, { TELEMETRY_HTTP_URL: url + lines }), oneOfEach],
    ['sumo-http', (url: string) => exporterOf(sumoHttp, { SUMO_HTTP_ENDPOINT: url + lines }), logs],
  ] as const)('read the lines of %s', async (_name, exporterFor, items) => {
    await using server = await startVictoria('victoria-logs');

    const verdicts = await sendTelemetry(exporterFor(server.url), items);

    const stored = await storedLogs(server);
    expect(verdicts).toEqual([{ kind: 'delivered' }]);
    expect(stored).toHaveLength(items.length);
    expect(stored[1]).toMatchObject({
      _msg: 'payment failed',
      _time: '2026-01-02T03:04:05.678Z',
      level: 'ERROR',
      requestId: '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa',
      'attributes.orderId': '4711',
      'attributes.customer.id': 'c-1',
    });
  });
});

/** Elasticsearch knows these fields by itself; VictoriaLogs must be told which one is the message, and which the time. */
function withParameters(request: ExportRequest): ExportRequest {
  return { ...request, url: `${request.url}&_msg_field=message&_time_field=@timestamp` };
}

async function storedLogs(server: VictoriaServer): Promise<Record<string, unknown>[]> {
  await server.flush();
  return server.query('/select/logsql/query', { query: '* | sort by (_time, signal, severity)' });
}

/** The latest value of each series, by its name. */
async function storedMetrics(server: VictoriaServer): Promise<Record<string, unknown>> {
  await server.flush();
  const series = await server.query('/api/v1/export', { 'match[]': '{__name__!=""}', start: '2026-01-01T00:00:00Z' });
  return Object.fromEntries(
    series.map(({ metric, values }) => [(metric as Record<string, string>).__name__, (values as number[]).at(-1)]),
  );
}
