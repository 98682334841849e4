import type { FlatRecord, VendorFormat } from './telemetry-vendor.ts';

/** Splunk's HTTP Event Collector: JSON objects one after the other, each with the record as its event. */
export const splunkHecFormat: VendorFormat = {
  read: (body) => body.split('\n').map((line) => (JSON.parse(line) as { event: FlatRecord }).event),
  reply: '{"text":"Success","code":0}',
};

/** OTLP over HTTP in JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export const otlpJsonFormat: VendorFormat = {
  read(body, path) {
    const request = JSON.parse(body) as OtlpRequest;
    switch (path) {
      case '/v1/logs':
        return (request.resourceLogs ?? []).flatMap(({ scopeLogs }) =>
          scopeLogs.flatMap(({ logRecords }) => logRecords.map(toLog)),
        );
      case '/v1/metrics':
        return (request.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
          scopeMetrics.flatMap(({ metrics }) => metrics.flatMap(toPoints)),
        );
      case '/v1/traces':
        return (request.resourceSpans ?? []).flatMap(({ scopeSpans }) =>
          scopeSpans.flatMap(({ spans }) => spans.map((span): FlatRecord => ({ signal: 'span', ...span }))),
        );
      default:
        throw new Error(`OTLP has no ${path}`);
    }
  },
  reply: '{}',
};

interface OtlpRequest {
  resourceLogs?: { scopeLogs: { logRecords: OtlpLog[] }[] }[];
  resourceMetrics?: { scopeMetrics: { metrics: OtlpMetric[] }[] }[];
  resourceSpans?: { scopeSpans: { spans: FlatRecord[] }[] }[];
}

interface OtlpLog {
  body?: { stringValue?: string };
  traceId?: string;
  spanId?: string;
  attributes?: { key: string; value: { stringValue?: string } }[];
}

interface OtlpMetric {
  name: string;
  sum?: { dataPoints: OtlpPoint[] };
  gauge?: { dataPoints: OtlpPoint[] };
  histogram?: { dataPoints: OtlpPoint[] };
}

interface OtlpPoint {
  asDouble?: number;
  asInt?: string;
}

function toLog({ body, attributes = [], traceId, spanId }: OtlpLog): FlatRecord {
  const type = attributes.find(({ key }) => key === 'type')?.value.stringValue;
  return { signal: 'log', type, message: body?.stringValue, traceId, spanId };
}

function toPoints({ name, ...data }: OtlpMetric): FlatRecord[] {
  const points = data.sum?.dataPoints ?? data.gauge?.dataPoints ?? data.histogram?.dataPoints ?? [];
  return points.map(({ asDouble, asInt }) => ({ signal: 'metric', name, value: asDouble ?? Number(asInt) }));
}
