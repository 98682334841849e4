import { oneOf, text } from '../../sdk/index.ts';
import type { Item, MetricItem } from '../items/item.ts';
import { toText } from '../items/to-json.ts';
import { wholeUrl } from './encoding/base-url.ts';
import { bySignal } from './encoding/by-signal.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flatRecords } from './encoding/flat-record.ts';
import { headerText } from './encoding/header-text.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { countingLostMetrics, type Point, pointsOf } from './encoding/metric-points.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { noWebPage } from './encoding/promised.ts';
import { fillTemplate } from './encoding/template.ts';
import { defineDestinationType } from './exporter.ts';
import { sumoUnread } from './unread/sumo-http.ts';

/** HTTP Logs and Metrics source of Sumo Logic. */
export const sumoHttp = defineDestinationType({
  name: 'sumo-http',
  signals: ['logs', 'metrics'],
  settings: {
    url: text('SUMO_HTTP_ENDPOINT', undefined, 'Address of the HTTP source. It is a secret.'),
    kmsKeyId: text(
      'KMS_KEY_ID',
      undefined,
      'Set it if the address is encrypted by KMS. An address that begins with `https:` is not.',
    ),
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
  unread: sumoUnread,

  withReferences: ({ kmsKeyId, ...texts }) =>
    // Beside an address that is plain, the variable belongs to something else in the function.
    kmsKeyId === undefined || texts.url === undefined || /^https?:/i.test(texts.url)
      ? texts
      : { ...texts, url: `\${kms:${texts.url}}` },

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
    const flat = flatRecords(context.source);
    const line = metricsFormat === 'prometheus' ? prometheusLine : carbon2Line;
    const encodeLog = (item: Item) => encodeWithin(item, flat, LONGEST_LINE_BYTES);
    const lines = (item: MetricItem) =>
      pointsOf(item)
        .map((point) => `${line(item, point)}\n`)
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

function prometheusLine(item: MetricItem, point: Point): string {
  const labels = dimensions(item, point).map(
    ([name, value]) => `${name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^[^A-Za-z_]/, '_$&')}="${escapeLabel(value)}"`,
  );
  const name = `${item.name}${point.suffix}`.replace(/[^A-Za-z0-9_:]/g, '_').replace(/^[^A-Za-z_:]/, '_$&');
  return `${name}{${labels.join(',')}} ${point.value} ${Math.floor(item.timeMs)}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** Two blanks part what identifies a metric from what describes it, of which there is nothing. */
function carbon2Line(item: MetricItem, point: Point): string {
  const tags = [['metric', `${item.name}${point.suffix}`] as const, ...dimensions(item, point)];
  const text = tags.map(([name, value]) => `${withoutBlanks(name)}=${withoutBlanks(value)}`).join(' ');
  return `${text}  ${point.value} ${Math.floor(item.timeMs / 1_000)}`;
}

function withoutBlanks(text: string): string {
  return text.replace(/[\s=]/g, '_') || '_';
}

function dimensions({ attributes, unit, origin }: MetricItem, { quantile }: Point): (readonly [string, string])[] {
  const pairs = Object.entries(attributes).map(([name, value]) => [name, toText(value, origin)] as const);
  pairs.push(['unit', unit]);
  return quantile === undefined ? pairs : [...pairs, ['quantile', String(quantile)]];
}

/** Between 100 kB and 1 MB before compression is advised. */
const LIMITS = { items: 100_000, bytes: 1_000_000 };
const LONGEST_LINE_BYTES = 900_000;
const RETRIED: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
