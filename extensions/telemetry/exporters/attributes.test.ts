import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exporterOf, log, metric, nowMs, span } from '../../../test/support/builders/exporters.ts';
import { uniqueJson } from '../../../test/support/builders/unique-json.ts';
import type { Attributes, Item, Value } from '../items/item.ts';
import { decodeJson } from '../otlp/decode-json.ts';
import { decodeProtobuf } from '../otlp/decode-protobuf.ts';
import { cloudwatchLogs } from './cloudwatch-logs.ts';
import { datadog } from './datadog.ts';
import type { ExportRequest } from './exporter.ts';
import { firehose } from './firehose.ts';
import { http } from './http.ts';
import { newRelic } from './new-relic.ts';
import { otlp } from './otlp.ts';
import { s3 } from './s3.ts';
import { splunkHec } from './splunk-hec.ts';
import { sumoHttp } from './sumo-http.ts';

/** What a destination gets of an item, by name. */
interface Destination {
  encode(item: Item): readonly ExportRequest[];
  arrived(body: string | Uint8Array, item: Item): readonly (readonly [string, unknown])[];
  /** How a value is written, in JSON by default. */
  readonly write?: (value: Value) => unknown;
  readonly toName?: (name: string) => string;
  readonly isSame?: typeof isSame;
  readonly signals: readonly Item['signal'][];
}

const asText = (value: Value) => (typeof value === 'string' ? value : JSON.stringify(value));
const plainOrText = (value: Value) =>
  typeof value === 'boolean' || typeof value === 'number' ? json(value) : asText(value);
const label = (name: string) => name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^[^A-Za-z_:]/, '_$&') || '_';
const ofFlat = (line: string) => Object.entries((uniqueJson(line).attributes ?? {}) as Attributes);

const destinations: Readonly<Record<string, Destination>> = {
  'datadog, logs': {
    signals: ['logs'],
    encode: (item) => exporterOf(datadog, { DD_API_KEY: 'k' }).encode([item], nowMs),
    arrived(body) {
      const [{ message, ddtags }] = uniqueJson(String(body)) as unknown as [{ message: string; ddtags: string }];
      return [...Object.entries(uniqueJson(message)), ['ddtags', ddtags]];
    },
    isSame: isSameInDatadog,
  },
  'datadog, series': {
    signals: ['metrics'],
    encode: (item) => exporterOf(datadog, { DD_API_KEY: 'k' }).encode([item], nowMs),
    arrived(body, { attributes }) {
      const { tags } = (uniqueJson(String(body)) as unknown as { series: [{ tags: string[] }] }).series[0];
      const names = Object.keys(attributes).sort((a, b) => b.length - a.length);
      return tags.map((tag) => {
        const name = names.find((one) => tag.startsWith(`${one}:`)) ?? '';
        return [name, tag.slice(name.length + 1)];
      });
    },
    write: asText,
  },
  'new-relic': {
    signals: ['logs', 'metrics', 'traces'],
    encode: (item) => exporterOf(newRelic, { NEW_RELIC_LICENSE_KEY: 'k' }).encode([item], nowMs),
    arrived(body) {
      const [{ logs, metrics, spans }] = uniqueJson(String(body)) as unknown as [
        Record<string, [{ attributes: Attributes }]>,
      ];
      return Object.entries((logs ?? metrics ?? spans)?.[0].attributes ?? {});
    },
    write: plainOrText,
  },
  'splunk-hec, events': {
    signals: ['logs', 'metrics', 'traces'],
    encode: (item) =>
      exporterOf(splunkHec, { SPLUNK_HEC_URL: 'https://s', SPLUNK_HEC_TOKEN: 't' }).encode([item], nowMs),
    arrived: (body) => Object.entries(uniqueJson(String(body)).event?.attributes ?? {}),
  },
  'splunk-hec, metrics': {
    signals: ['metrics'],
    encode: (item) =>
      exporterOf(splunkHec, { SPLUNK_HEC_URL: 'https://s', SPLUNK_HEC_TOKEN: 't', SPLUNK_METRICS_INDEX: 'm' }).encode(
        [item],
        nowMs,
      ),
    arrived: (body) => Object.entries(uniqueJson(String(body)).fields ?? {}),
    write: asText,
    toName: (name) => (name.startsWith('metric_name:') ? `attributes.${name}` : name),
  },
  'sumo-http, logs': {
    signals: ['logs'],
    encode: (item) => exporterOf(sumoHttp, { SUMO_HTTP_ENDPOINT: 'https://s' }).encode([item], nowMs),
    arrived: (body) => ofFlat(String(body)),
  },
  'sumo-http, metrics': {
    signals: ['metrics'],
    encode: (item) => exporterOf(sumoHttp, { SUMO_HTTP_ENDPOINT: 'https://s' }).encode([item], nowMs),
    arrived: (body) =>
      [...String(body).matchAll(/([A-Za-z_:][A-Za-z0-9_:]*)="((?:[^"\\]|\\.)*)"/gs)].map(
        ([, name = '', value = '']) => [
          name,
          value.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped)),
        ],
      ),
    write: asText,
    toName: label,
  },
  'cloudwatch-logs': {
    signals: ['logs', 'metrics', 'traces'],
    encode: (item) => exporterOf(cloudwatchLogs, { TELEMETRY_CLOUDWATCH_LOGS_GROUP: 'g' }).encode([item], nowMs),
    arrived: (body) =>
      ofFlat((uniqueJson(String(body)) as unknown as { logEvents: [{ message: string }] }).logEvents[0].message),
  },
  http: {
    signals: ['logs', 'metrics', 'traces'],
    encode: (item) => exporterOf(http, { TELEMETRY_HTTP_URL: 'https://s' }).encode([item], nowMs),
    arrived: (body) => ofFlat(String(body).trim()),
  },
  s3: {
    signals: ['logs', 'metrics', 'traces'],
    encode: (item) => exporterOf(s3, { TELEMETRY_S3_BUCKET: 'b' }).encode([item], nowMs),
    arrived: (body) => ofFlat(String(body).trim()),
  },
  firehose: {
    signals: ['logs', 'metrics', 'traces'],
    encode: (item) => exporterOf(firehose, { TELEMETRY_FIREHOSE_STREAM: 's' }).encode([item], nowMs),
    arrived(body) {
      const { Records } = uniqueJson(String(body)) as unknown as { Records: [{ Data: string }] };
      return ofFlat(Buffer.from(Records[0].Data, 'base64').toString().trim());
    },
  },
  'otlp, protobuf': {
    signals: ['logs', 'metrics', 'traces'],
    encode: (item) => exporterOf(otlp, { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://s' }).encode([item], nowMs),
    arrived: (body, { signal }) =>
      Object.entries(decodeProtobuf(signal, body as Uint8Array, nowMs).items[0]?.attributes ?? {}),
  },
  'otlp, JSON': {
    signals: ['logs', 'metrics', 'traces'],
    encode: (item) =>
      exporterOf(otlp, {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://s',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      }).encode([item], nowMs),
    arrived: (body, { signal }) => Object.entries(decodeJson(signal, String(body), nowMs).items[0]?.attributes ?? {}),
  },
};

/** Names that destinations read. */
const reserved = [
  ...['message', 'msg', 'timestamp', 'level', 'lambda', 'dd', 'otel', 'ddtags', 'service', 'host', 'type', 'unit'],
  ...['trace.id', 'span.id', 'id', 'name', 'duration.ms', 'parent.id', 'interval.ms', 'faas.execution', 'message_'],
  ...[
    'metric',
    '__name__',
    '__proto__',
    'constructor',
    'metric_name:x',
    'quantile',
    'a.b',
    'a_b',
    'faas.invocation_id',
  ],
];
const name = fc.oneof(fc.constantFrom(...reserved), fc.string({ unit: 'grapheme-ascii', maxLength: 8 }));
const value = fc.oneof(
  fc.constantFrom<Value>('', 'a:b', 'two words', null, 0, true, { trace_id: 'x' }, ['a', 'b'], {}),
  fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme-ascii' }) as fc.Arbitrary<Value>,
);
const attributes = fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true });
const ids = { requestId: '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa', traceId: '0af7651916cd43dd8448eb211c80319c' };
const items: fc.Arbitrary<Item> = fc.oneof(
  attributes.map((of) => log({ ...ids, level: 'INFO', attributes: of })),
  fc.tuple(attributes, attributes).map(([of, body]) => log({ ...ids, attributes: of, body })),
  attributes.map((of) => metric('m', { kind: 'gauge', value: 1.5 }, { attributes: of })),
  attributes.map((of) => span({ attributes: of, kind: 'internal' })),
);

describe.each(Object.entries(destinations))('%s', (_name, destination) => {
  it('gets every attribute once, as it is', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        items.filter(({ signal }) => destination.signals.includes(signal)),
        (item) => {
          const [request] = destination.encode(item);

          const arrived = destination.arrived(request?.body ?? '', item);

          expect(missing(item, arrived, destination)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** The attributes of which no copy has arrived that is not that of another one. A name may have underscores at its end. */
function missing(
  { attributes: of }: Item,
  arrived: readonly (readonly [string, unknown])[],
  { write = json, toName = (one) => one, isSame: isEqual = isSame }: Destination,
): string[] {
  const left = [...arrived];
  return Object.entries(of)
    .filter(([key, said]) => {
      const wanted = toName(key);
      const index = left.findIndex(
        ([candidate, found]) =>
          candidate.startsWith(wanted) &&
          /^_*$/.test(candidate.slice(wanted.length)) &&
          isEqual(key, write(said), found),
      );
      if (index !== -1) left.splice(index, 1);
      return index === -1;
    })
    .map(([key]) => key);
}

function isSame(_key: string, wanted: unknown, found: unknown): boolean {
  return (
    JSON.stringify(sorted(wanted)) === JSON.stringify(sorted(found)) ||
    (typeof found === 'string' && found.endsWith('[cut]'))
  );
}

/** Datadog's ids join what a line says under their names, and tags those of all lines. */
function isSameInDatadog(key: string, wanted: unknown, found: unknown): boolean {
  const tags = typeof wanted === 'string' ? wanted.split(',') : wanted;
  if (key === 'ddtags' && typeof found === 'string' && isListOfTexts(tags)) {
    return tags.every((tag) => found.includes(tag.replace(/[\s,]/g, '')));
  }
  const isObject = typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted);
  if (isObject && ['lambda', 'dd', 'otel'].includes(key)) {
    return JSON.stringify({ ...(found as object), ...wanted }) === JSON.stringify(found);
  }
  return isSame(key, wanted, found);
}

function isListOfTexts(list: unknown): list is string[] {
  return Array.isArray(list) && list.every((one) => typeof one === 'string');
}

function sorted(one: unknown): unknown {
  if (typeof one !== 'object' || one === null) return one;
  if (Array.isArray(one)) return one.map(sorted);
  return Object.entries(one)
    .map(([key, of]) => [key, sorted(of)])
    .sort();
}

function json(one: Value): unknown {
  return JSON.parse(JSON.stringify(one));
}
