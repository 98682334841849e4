import { text, truth } from '../../sdk/index.ts';
import type { Attributes, Item, LogItem, MetricItem, Signal, SpanItem } from '../items/item.ts';
import { isWithoutValue, messageOf } from '../items/plain-attributes.ts';
import { toText } from '../items/to-json.ts';
import { wholeUrl } from './encoding/base-url.ts';
import { bySignal } from './encoding/by-signal.ts';
import { cut } from './encoding/cut.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flattenedAttributes } from './encoding/flattened.ts';
import { headerText } from './encoding/header-text.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { countingLostMetrics, pointsOf } from './encoding/metric-points.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { noWebPage } from './encoding/promised.ts';
import { defineDestinationType, type ExporterContext, type ExportRequest } from './exporter.ts';
import { attributesWithin, LONGEST_KEY_BYTES, plainValues } from './new-relic-attributes.ts';
import { newRelicUnread } from './unread/new-relic.ts';

/** Log API, Metric API and Trace API, each version 1. */
export const newRelic = defineDestinationType({
  name: 'new-relic',
  signals: ['logs', 'metrics', 'traces'],
  hasEndpointPerSignal: true,
  settings: {
    licenseKey: text(
      'NEW_RELIC_LICENSE_KEY',
      undefined,
      'License key of the account. A key of the EU begins with `eu`, one of Japan with `jp`.',
    ),
    licenseKeySecret: text(
      'NEW_RELIC_LICENSE_KEY_SECRET',
      undefined,
      'Name or ARN of the secret that holds the license key in its field `LicenseKey`.',
    ),
    licenseKeyParameter: text(
      'NEW_RELIC_LICENSE_KEY_SSM_PARAMETER_NAME',
      undefined,
      'Name of the parameter that holds the license key.',
    ),
    logUrl: text('NEW_RELIC_LOG_ENDPOINT', undefined, 'Address for logs, with the path.'),
    metricUrl: text('NEW_RELIC_METRIC_ENDPOINT', undefined, 'Address for metrics, with the path.'),
    traceUrl: text('NEW_RELIC_TRACE_ENDPOINT', undefined, 'Address for spans, with the path.'),
    ownMetricUrl: text('TELEMETRY_NEW_RELIC_METRIC_ENDPOINT', undefined, 'The same; comes first.'),
    ownTraceUrl: text('TELEMETRY_NEW_RELIC_TRACE_ENDPOINT', undefined, 'The same; comes first.'),
    appName: text(
      'NEW_RELIC_APP_NAME',
      undefined,
      'Name of the entity (`service.name`). `OTEL_SERVICE_NAME` comes first.',
    ),
    labels: text('NEW_RELIC_LABELS', '', 'More attributes: `key:value`, separated by semicolons.'),
    isFlattening: truth(
      'TELEMETRY_NEW_RELIC_FLATTEN',
      false,
      'Sends fields of nested JSON in logs as attributes of their own, e.g. `user.id`. Else an attribute holds the JSON.',
    ),
    isOn: truth('NEW_RELIC_ENABLED', true, 'Whether anything is sent.'),
    isAgentOn: truth('NEW_RELIC_AGENT_ENABLED', true, 'The same.'),
    isExtensionOn: truth('NEW_RELIC_LAMBDA_EXTENSION_ENABLED', true, 'The same.'),
    isLogging: truth('NEW_RELIC_EXTENSION_LOGS_ENABLED', true, 'Whether logs are sent.'),
    isSendingLogs: truth('NEW_RELIC_EXTENSION_SEND_LOGS', true, 'The same.'),
    isLoggingFunction: truth(
      'NEW_RELIC_EXTENSION_SEND_FUNCTION_LOGS',
      true,
      'Whether logs of the function are sent. New Relic’s own extension sends none unless this is `true`.',
    ),
    tags: text('NR_TAGS', '', 'More attributes: `key:value`, separated by the delimiter.'),
    tagDelimiter: text('NR_ENV_DELIMITER', ';', 'Delimiter of the tags.'),
  },
  required: ['licenseKey'],
  sensitive: ['licenseKey'],
  unread: newRelicUnread,

  withReferences({ licenseKeySecret, licenseKeyParameter, ...texts }) {
    if (texts.licenseKey !== undefined) return texts;
    if (licenseKeySecret !== undefined) {
      return { ...texts, licenseKey: `\${secretsmanager:${licenseKeySecret}#LicenseKey}` };
    }
    return licenseKeyParameter === undefined ? texts : { ...texts, licenseKey: `\${ssm:${licenseKeyParameter}}` };
  },

  exporter(settings, context) {
    const { licenseKey = '', logUrl } = settings;
    const [metricUrl, traceUrl] = [
      settings.ownMetricUrl ?? settings.metricUrl,
      settings.ownTraceUrl ?? settings.traceUrl,
    ];
    const domain = DOMAINS[licenseKey.slice(0, 2)] ?? 'newrelic.com';
    const urls = {
      logs: wholeUrl(logUrl ?? `log-api.${domain}/log/v1`, 'NEW_RELIC_LOG_ENDPOINT'),
      metrics: wholeUrl(metricUrl ?? `metric-api.${domain}/metric/v1`, 'NEW_RELIC_METRIC_ENDPOINT'),
      traces: wholeUrl(traceUrl ?? `trace-api.${domain}/trace/v1`, 'NEW_RELIC_TRACE_ENDPOINT'),
    };
    const headers = { 'content-type': 'application/json', 'api-key': headerText(licenseKey, 'NEW_RELIC_LICENSE_KEY') };
    const traceHeaders = { ...headers, 'data-format': 'newrelic', 'data-format-version': '1' };
    // Made again for each batch: a restore renews the instance, and the availability zone is known late.
    const commonNow = () => {
      const attributes = commonAttributes(settings, context);
      const json = JSON.stringify({ attributes });
      const limits = { items: 100_000, bytes: LONGEST_BODY_BYTES - Buffer.byteLength(json) - ENVELOPE_BYTES };
      return { json, limits, count: Object.keys(attributes).length };
    };
    let common = commonNow();

    const sourceAttributes = (item: LogItem | MetricItem | SpanItem): Attributes =>
      item.source === context.source ? {} : item.source.resource;
    const encodeLog = (item: LogItem) =>
      aLog(
        settings.isFlattening ? { ...item, attributes: flattenedAttributes(item.attributes) } : item,
        sourceAttributes(item),
        MOST_LOG_ATTRIBUTES - common.count,
      );
    const encodeSpan = (item: SpanItem) => aSpan(item, sourceAttributes(item), MOST_ATTRIBUTES - common.count);
    const encodeMetric = (item: MetricItem) => metrics(item, sourceAttributes(item), MOST_ATTRIBUTES - common.count);
    const fitting =
      <T extends LogItem | MetricItem | SpanItem>(encode: (item: T) => string) =>
      (item: T) =>
        encodeWithin(item, encode, common.limits.bytes - ENVELOPE_BYTES);

    function requests<T extends LogItem | MetricItem | SpanItem>(
      signal: 'logs' | 'metrics' | 'traces',
      items: readonly T[],
      encode: (item: T) => string,
    ): Iterable<ExportRequest | undefined> {
      const list = signal === 'traces' ? 'spans' : signal;
      return requestsOf(pack(items, fitting(encode), common.limits), (group) => ({
        url: urls[signal],
        headers: signal === 'traces' ? traceHeaders : headers,
        body: `[{"common":${common.json},"${list}":[${group.parts.filter((part) => part !== '').join(',')}]}]`,
        items: group.items,
      }));
    }

    return {
      signals: signalsOf(settings),
      ...(settings.isLoggingFunction
        ? {}
        : { takes: ({ signal, origin }: Item) => signal !== 'logs' || origin !== 'function' }),
      *encode(items) {
        common = commonNow();
        const parted = bySignal(items);
        yield* requests('logs', parted.logs, encodeLog);
        yield* requests('metrics', parted.metrics, encodeMetric);
        yield* requests('traces', parted.traces, encodeSpan);
      },
      judge: countingLostMetrics(noWebPage(judgeByStatus())),
    };
  },
});

interface Switches {
  readonly isOn: boolean;
  readonly isAgentOn: boolean;
  readonly isExtensionOn: boolean;
  readonly isLogging: boolean;
  readonly isSendingLogs: boolean;
}

function signalsOf({ isOn, isAgentOn, isExtensionOn, isLogging, isSendingLogs }: Switches): readonly Signal[] {
  if (!isOn || !isAgentOn || !isExtensionOn) return [];
  return isLogging && isSendingLogs ? ['logs', 'metrics', 'traces'] : ['metrics', 'traces'];
}

function commonAttributes(
  {
    tags,
    tagDelimiter,
    labels,
    appName,
  }: { tags: string; tagDelimiter: string; labels: string; appName?: string | undefined },
  { functionName, region, source }: ExporterContext,
): Record<string, string | number | boolean> {
  const pairs = [...labels.split(';'), ...tags.split(tagDelimiter)].flatMap((tag) => {
    const at = tag.indexOf(':');
    return at < 1 ? [] : [[tag.slice(0, at).trim(), tag.slice(at + 1).trim()]];
  });
  const named = source.resource['service.name'];
  const service = named === undefined || named === functionName ? (appName ?? functionName) : named;
  const own = { 'faas.name': functionName, 'cloud.region': region, plugin: 'lambda-node-extended' };
  return {
    ...plainValues({ ...source.resource, 'service.name': service, ...own }, { most: MOST_COMMON_ATTRIBUTES }),
    ...Object.fromEntries(pairs.filter(([key]) => key !== '')),
  };
}

function aLog(item: LogItem, source: Attributes, most: number): string {
  const own = {
    ...(item.level === undefined ? {} : { level: item.level }),
    ...requestIds(item.requestId),
    ...(item.traceId === undefined ? {} : { 'trace.id': item.traceId }),
    ...(item.spanId === undefined ? {} : { 'span.id': item.spanId }),
  };
  const body = messageOf(item);
  return JSON.stringify({
    timestamp: Math.floor(item.timeMs),
    message: body === null ? '' : toText(body, item.origin),
    attributes: attributesWithin(
      { own, source, item, reserved: OF_LOGS },
      { most, longestBytes: LONGEST_LOG_VALUE_BYTES },
    ),
  });
}

/** A histogram becomes a summary; what New Relic has no type for becomes gauges. */
function metrics(item: MetricItem, source: Attributes, most: number): string {
  const { data, name, unit, startMs } = item;
  const endMs = Math.floor(item.timeMs);
  // An interval of 0 is refused.
  const intervalMs = Math.max(1, startMs === undefined ? 1 : Math.ceil(item.timeMs - startMs));
  const attributes = attributesWithin({ own: { unit }, source, item, reserved: OF_METRICS }, { most: most - 1 });
  const counted = { timestamp: endMs - intervalMs, 'interval.ms': intervalMs, attributes };
  if (isWithoutValue(item)) return '';
  if ((data.kind === 'histogram' || data.kind === 'exponential-histogram') && data.temporality === 'delta') {
    const { count, sum = null, min = null, max = null } = data;
    return JSON.stringify({ name: nameOf(name), type: 'summary', value: { count, sum, min, max }, ...counted });
  }
  return pointsOf(item)
    .map(({ suffix, isDelta, value, quantile }) =>
      JSON.stringify(
        isDelta
          ? { name: nameOf(name, suffix), type: 'count', value, ...counted }
          : {
              name: nameOf(name, suffix),
              type: 'gauge',
              value,
              timestamp: endMs,
              attributes: quantile === undefined ? attributes : { ...attributes, quantile },
            },
      ),
    )
    .join(',');
}

function aSpan(item: SpanItem, source: Attributes, most: number): string {
  const { status } = item;
  const own = {
    name: item.name,
    'duration.ms': item.endMs - item.timeMs,
    ...(item.parentSpanId === undefined ? {} : { 'parent.id': item.parentSpanId }),
    'span.kind': item.kind,
    ...(status.code === 'unset' ? {} : { 'otel.status_code': status.code.toUpperCase() }),
    ...(status.code === 'error' ? { 'error.message': status.message ?? 'error' } : {}),
    ...requestIds(item.requestId),
  };
  const attributes = attributesWithin({ own, source, item, reserved: OF_SPANS }, { most });
  return JSON.stringify({ 'trace.id': item.traceId, id: item.spanId, timestamp: Math.floor(item.timeMs), attributes });
}

/** Under the names that New Relic's own extension gives it. */
function requestIds(requestId: string | undefined): Attributes {
  return requestId === undefined ? {} : { 'faas.execution': requestId, 'aws.lambda_request_id': requestId };
}

function nameOf(name: string, suffix = ''): string {
  return `${cut(name, LONGEST_KEY_BYTES - suffix.length)}${suffix}`;
}

/** Compressed it may have as much, which is certain only for what has no more before. */
const LONGEST_BODY_BYTES = 1_000_000;
/** Of the brackets and names around the list. */
const ENVELOPE_BYTES = 64;
/** New Relic keeps the rest of a long value of a log apart. */
const LONGEST_LOG_VALUE_BYTES = 128_000;
/** Fields beside the attributes, which New Relic makes attributes, too. */
const OF_LOGS: ReadonlySet<string> = new Set(['message', 'timestamp']);
const OF_METRICS: ReadonlySet<string> = new Set(['timestamp', 'interval.ms']);
const OF_SPANS: ReadonlySet<string> = new Set(['id', 'trace.id', 'timestamp']);
const MOST_LOG_ATTRIBUTES = 255;
const MOST_ATTRIBUTES = 100;
const MOST_COMMON_ATTRIBUTES = 40;
/** By the first letters of the key. */
const DOMAINS: Readonly<Record<string, string>> = { eu: 'eu.newrelic.com', jp: 'jp.nr-data.net' };
