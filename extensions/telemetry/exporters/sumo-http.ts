import { oneOf, text } from '../../sdk/index.ts';
import type { Attributes, Item, MetricItem } from '../items/item.ts';
import { plainAttributes } from '../items/plain-attributes.ts';
import { toText } from '../items/to-json.ts';
import { wholeUrl } from './encoding/base-url.ts';
import { bySignal } from './encoding/by-signal.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flatRecords } from './encoding/flat-record.ts';
import { freeName } from './encoding/free-name.ts';
import { headerText } from './encoding/header-text.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { countingLostMetrics, type Point, pointsOf } from './encoding/metric-points.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { noWebPage } from './encoding/promised.ts';
import { sourceFields } from './encoding/source-fields.ts';
import { fillTemplate } from './encoding/template.ts';
import { defineDestinationType } from './exporter.ts';

/** HTTP Logs and Metrics source of Sumo Logic. */
export const sumoHttp = defineDestinationType({
  name: 'sumo-http',
  signals: ['logs', 'metrics'],
  settings: {
    url: text('SUMO_HTTP_ENDPOINT', undefined, 'Address of the HTTP source. It is a secret.'),
    kmsKeyId: text('KMS_KEY_ID', undefined, 'Set it if the address is encrypted by KMS.'),
    category: text('SOURCE_CATEGORY_OVERRIDE', undefined, 'Source category. Default: the category of the source.'),
    sourceName: text('TELEMETRY_SUMO_NAME', '{function}', 'Source name.'),
    host: text('TELEMETRY_SUMO_HOST', '/aws/lambda/{function}', 'Source host.'),
    fields: text('TELEMETRY_SUMO_FIELDS', undefined, 'Fields of the logs: `name=value`, comma-separated.'),
    metricsFormat: oneOf(
      'TELEMETRY_SUMO_METRICS_FORMAT',
      ['prometheus', 'carbon2'],
      'prometheus',
      'Format of metrics.',
    ),
  },
  required: ['url'],
  sensitive: ['url'],

  withReferences: ({ kmsKeyId, ...texts }) =>
    kmsKeyId === undefined || texts.url === undefined ? texts : { ...texts, url: `\${kms:${texts.url}}` },

  exporter({ url: address = '', category, sourceName, host, fields, metricsFormat }, context) {
    const url = wholeUrl(address, 'SUMO_HTTP_ENDPOINT');
    const headers = {
      'x-sumo-client': 'lambda-node-extended',
      'x-sumo-name': headerText(fillTemplate(sourceName, context), 'TELEMETRY_SUMO_NAME'),
      'x-sumo-host': headerText(fillTemplate(host, context), 'TELEMETRY_SUMO_HOST'),
      ...(category === undefined
        ? {}
        : { 'x-sumo-category': headerText(fillTemplate(category, context), 'SOURCE_CATEGORY_OVERRIDE') }),
    };
    const logHeaders = {
      ...headers,
      'content-type': 'application/x-ndjson',
      ...(fields === undefined
        ? {}
        : { 'x-sumo-fields': headerText(fillTemplate(fields, context), 'TELEMETRY_SUMO_FIELDS') }),
    };
    const metricHeaders = { ...headers, 'content-type': `application/vnd.sumologic.${metricsFormat}` };
    const flat = flatRecords(context.source, context.ownerNames);
    const fieldsOf = sourceFields(context);
    const line = metricsFormat === 'prometheus' ? prometheusLine : carbon2Line;
    const encodeLog = (item: Item) => encodeWithin(item, flat, LONGEST_LINE_BYTES);
    const lines = (item: MetricItem) =>
      pointsOf(item)
        .map((point) => `${line(item, point, fieldsOf(item.source))}\n`)
        .join('');
    const encodeMetric = (item: MetricItem) => encodeWithin(item, lines, LONGEST_LINE_BYTES);

    return {
      *encode(items) {
        const parted = bySignal(items);
        yield* requestsOf(pack(parted.logs, encodeLog, LIMITS), (group) => ({
          url,
          headers: logHeaders,
          body: group.parts.join('\n'),
          items: group.items,
        }));
        yield* requestsOf(pack(parted.metrics, encodeMetric, LIMITS, 0), (group) => ({
          url,
          headers: metricHeaders,
          body: group.parts.join(''),
          items: group.items,
        }));
      },
      judge: countingLostMetrics(noWebPage(judgeByStatus(RETRIED))),
    };
  },
});

function prometheusLine(item: MetricItem, point: Point, ofSource: Attributes): string {
  const labels = dimensions(item, point, ofSource, labelName);
  const name = labelName(`${item.name}${point.suffix}`, /[^A-Za-z0-9_:]/g);
  const text = Array.from(labels, ([label, value]) => `${label}="${escapeLabel(value)}"`).join(',');
  return `${name}{${text}} ${point.value} ${Math.floor(item.timeMs)}`;
}

function labelName(name: string, replaced = /[^A-Za-z0-9_]/g): string {
  return name.replace(replaced, '_').replace(/^[^A-Za-z_:]/, '_$&') || '_';
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** Two blanks part what identifies a metric from what describes it, of which there is nothing. */
function carbon2Line(item: MetricItem, point: Point, ofSource: Attributes): string {
  const tags = [
    ['metric', `${item.name}${point.suffix}`] as const,
    ...dimensions(item, point, ofSource, withoutBlanks),
  ];
  const text = tags.map(([name, value]) => `${name}=${withoutBlanks(value)}`).join(' ');
  return `${text}  ${point.value} ${Math.floor(item.timeMs / 1_000)}`;
}

function withoutBlanks(text: string): string {
  return text.replace(/[\s=]/g, '_') || '_';
}

/** Each name once, as the format allows it; what the item itself says counts more than its source. */
function dimensions(
  item: MetricItem,
  { quantile }: Point,
  ofSource: Attributes,
  toName: (name: string) => string,
): Map<string, string> {
  const found = new Map<string, string>();
  const attributes = { ...ofSource, ...plainAttributes(item) };
  const add = (name: string, value: string) =>
    found.set(
      freeName(toName(name), (one) => RESERVED.has(one) || found.has(one)),
      value,
    );
  for (const name in attributes) add(name, toText(attributes[name] ?? null, 'otlp'));
  add('unit', item.unit);
  if (quantile !== undefined) add('quantile', String(quantile));
  return found;
}

/** Names that stand for the metric's own. */
const RESERVED: ReadonlySet<string> = new Set(['metric', '__name__']);
/** Between 100 kB and 1 MB before compression is advised. */
const LIMITS = { items: 100_000, bytes: 1_000_000 };
const LONGEST_LINE_BYTES = 900_000;
const RETRIED: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
