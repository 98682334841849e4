import { text } from '../../sdk/index.ts';
import type { Attributes, Item, MetricItem } from '../items/item.ts';
import { plainAttributes } from '../items/plain-attributes.ts';
import { toText } from '../items/to-json.ts';
import { baseUrl } from './encoding/base-url.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flatRecords } from './encoding/flat-record.ts';
import { freeName } from './encoding/free-name.ts';
import { headerText } from './encoding/header-text.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { countingLostMetrics, pointsOf } from './encoding/metric-points.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { answeredObject, unpromised } from './encoding/promised.ts';
import { sourceFields } from './encoding/source-fields.ts';
import { defineDestinationType, type ExportRequest, type ExportResponse, type Verdict } from './exporter.ts';

/** HTTP Event Collector of Splunk Enterprise and Splunk Cloud, without indexer acknowledgement. */
export const splunkHec = defineDestinationType({
  name: 'splunk-hec',
  signals: ['logs', 'metrics', 'traces'],
  settings: {
    url: text('SPLUNK_HEC_URL', undefined, 'Address of the collector, e.g. `https://host:8088`; a path in it is kept.'),
    token: text('SPLUNK_HEC_TOKEN', undefined, 'Token of the collector.'),
    index: text('SPLUNK_INDEX', undefined, 'Index of events. Default: the index of the token.'),
    metricsIndex: text('SPLUNK_METRICS_INDEX', undefined, 'Index of metrics. Without it metrics are sent as events.'),
    source: text('SPLUNK_SOURCE', undefined, 'Source. Default: the name of the function.'),
    sourcetype: text('SPLUNK_SOURCETYPE', '_json', 'Source type.'),
    host: text('SPLUNK_HOST', undefined, 'Host. Default: the name of the function.'),
  },
  required: ['url', 'token'],
  sensitive: ['token'],

  exporter({ url = '', token = '', index, metricsIndex, source, sourcetype, host }, context) {
    const headers = {
      'content-type': 'application/json',
      authorization: `Splunk ${headerText(token, 'SPLUNK_HEC_TOKEN')}`,
    };
    const collector = collectorUrl(url);
    const meta = {
      host: host ?? context.functionName,
      source: source ?? context.functionName,
      sourcetype,
    };
    const eventMeta = JSON.stringify({ ...meta, ...(index === undefined ? {} : { index }) }).slice(1, -1);
    const metricMeta = JSON.stringify({ ...meta, index: metricsIndex }).slice(1, -1);
    const flat = flatRecords(context.source, context.ownerNames);
    const fieldsOf = sourceFields(context);
    const isForMetrics = (item?: Item): item is MetricItem => item?.signal === 'metrics' && metricsIndex !== undefined;
    const encode = (item: Item) =>
      isForMetrics(item)
        ? `{"time":${seconds(item.timeMs)},${metricMeta},"event":"metric","fields":${metricFields(item, fieldsOf(item.source))}}`
        : `{"time":${seconds(item.timeMs)},${eventMeta},"event":${flat(item)}}`;
    const judge = (response: ExportResponse, request: ExportRequest) => judgeAnswer(response, request, isForMetrics);
    const encodeFitting = (item: Item) => encodeWithin(item, encode, LONGEST_EVENT_BYTES);

    return {
      encode: (items) =>
        requestsOf(pack(items, encodeFitting, LIMITS), (group) => ({
          url: collector,
          headers,
          body: group.parts.join('\n'),
          items: group.items,
        })),
      judge: metricsIndex === undefined ? judge : countingLostMetrics(judge),
    };
  },
});

/** A path that is given stays, e.g. that of a proxy or `/services/collector/event/1.0`. */
function collectorUrl(url: string): string {
  const base = baseUrl(url, 'SPLUNK_HEC_URL');
  return new URL(base).pathname === '/' ? `${base}/services/collector/event` : base;
}

function seconds(timeMs: number): string {
  return (timeMs / 1_000).toFixed(3);
}

/** Dimensions are texts. What the item itself says counts more than its source. */
function metricFields(item: MetricItem, ofSource: Attributes): string {
  const attributes = { ...ofSource, ...plainAttributes(item) };
  const fields: Record<string, string | number> = Object.create(null);
  for (const name in attributes) {
    fields[name.startsWith(VALUE) ? `attributes.${name}` : name] = toText(attributes[name] ?? null, 'otlp');
  }
  fields[freeName('unit', (name) => name in fields)] = item.unit;
  for (const { suffix, value, quantile } of pointsOf(item)) {
    fields[`${VALUE}${item.name}${suffix}${quantile === undefined ? '' : `.${quantile}`}`] = value;
  }
  return JSON.stringify(fields);
}

/**
 * Splunk tells in `code` what is wrong.
 * https://help.splunk.com/en/splunk-enterprise/get-started/get-data-in/9.4/get-data-with-http-event-collector/troubleshoot-http-event-collector
 */
function judgeAnswer(
  response: ExportResponse,
  request: ExportRequest,
  isForMetrics: (item?: Item) => boolean,
): Verdict {
  const byStatus = judgeByStatus()(response, request);
  const { code, 'invalid-event-number': invalid } = (answeredObject(response) ?? {}) as {
    code?: number;
    'invalid-event-number'?: number;
  };
  if (byStatus.kind === 'delivered' && code === SUCCESS) return byStatus;
  if (code === DATA_CHANNEL_IS_MISSING)
    return { kind: 'refused', reason: `${said(byStatus)}; ${WITHOUT_ACKNOWLEDGEMENT}` };
  const verdict =
    byStatus.kind === 'delivered' ? unpromised(response, request, 'without its code 0, which means success') : byStatus;
  if (invalid === undefined || !(invalid >= 0)) return verdict;
  // It takes event after event: those before the one it names are indexed.
  const reason = said(verdict);
  const rest = request.items.slice(invalid);
  const [named, ...following] = rest;
  if (code !== undefined && ABOUT_ONE_EVENT.has(code))
    return { kind: 'partial', again: following, lost: named === undefined ? 0 : 1, reason };
  if (code === INCORRECT_INDEX) {
    const again = following.filter((item) => isForMetrics(item) !== isForMetrics(named));
    return { kind: 'partial', again, lost: rest.length - again.length, reason };
  }
  if (verdict.kind !== 'retry' || named === undefined) return verdict;
  const { afterMs } = verdict;
  return { kind: 'partial', again: rest, lost: 0, reason, ...(afterMs === undefined ? {} : { afterMs }) };
}

function said(verdict: Verdict): string {
  return 'reason' in verdict ? verdict.reason : '';
}

/** What begins with it is a value. */
const VALUE = 'metric_name:';
const SUCCESS = 0;
/** Advised for Splunk Cloud; `max_content_length` of the server may be larger. */
const LIMITS = { items: 100_000, bytes: 1_000_000 };
const LONGEST_EVENT_BYTES = 900_000;
/** Invalid data format, event field required, event field blank, error in handling indexed fields. */
const ABOUT_ONE_EVENT: ReadonlySet<number> = new Set([6, 12, 13, 15]);
const INCORRECT_INDEX = 7;
const DATA_CHANNEL_IS_MISSING = 10;
const WITHOUT_ACKNOWLEDGEMENT = 'switch indexer acknowledgement off for this token';
