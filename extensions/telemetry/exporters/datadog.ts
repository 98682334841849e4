import { text, truth } from '../../sdk/index.ts';
import type { LogItem, Source } from '../items/item.ts';
import { toJson, toText } from '../items/to-json.ts';
import { logRules } from './datadog-log-rules.ts';
import { seriesEncoder } from './datadog-series.ts';
import { tagList } from './datadog-tags.ts';
import { baseUrl } from './encoding/base-url.ts';
import { bySignal } from './encoding/by-signal.ts';
import { connectionOf } from './encoding/connection.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { headerText } from './encoding/header-text.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { countingLostMetrics } from './encoding/metric-points.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { noWebPage } from './encoding/promised.ts';
import { defineDestinationType } from './exporter.ts';
import { type MetricGroup, summed, sumsBySecond } from './metric-sums.ts';
import { datadogUnread } from './unread/datadog.ts';

/** Logs API v2 and metrics API v2. Traces go to Datadog's OTLP intake, by the destination `otlp`. */
export const datadog = defineDestinationType({
  name: 'datadog',
  signals: ['logs', 'metrics'],
  hasEndpointPerSignal: true,
  settings: {
    apiKey: text('DD_API_KEY', undefined, 'API key of Datadog.'),
    apiKeySecretArn: text('DD_API_KEY_SECRET_ARN', undefined, 'ARN of the secret that holds the API key.'),
    apiKeySsmArn: text('DD_API_KEY_SSM_ARN', undefined, 'ARN or name of the parameter that holds the API key.'),
    apiKeyCiphertext: text('DD_KMS_API_KEY', undefined, 'The API key, encrypted by KMS.'),
    site: text('DD_SITE', 'datadoghq.com', 'Site of Datadog, e.g. `datadoghq.eu`.'),
    service: text('DD_SERVICE', undefined, 'Service. Default: the name of the function.'),
    env: text('DD_ENV', undefined, 'Tag `env`.'),
    version: text('DD_VERSION', undefined, 'Tag `version`.'),
    tags: tagList('DD_TAGS', 'More tags: `key:value`, separated by commas or blanks, or as JSON.'),
    logsUrl: text('DD_LOGS_CONFIG_LOGS_DD_URL', undefined, 'Address for logs in place of the site, e.g. a proxy.'),
    metricsUrl: text('DD_DD_URL', undefined, 'Address for metrics in place of the site, e.g. a proxy.'),
    isLogging: truth('DD_SERVERLESS_LOGS_ENABLED', true, 'Whether logs are sent.'),
    logRules: text(
      'DD_LOGS_CONFIG_PROCESSING_RULES',
      undefined,
      'Rules as a JSON list, which mask parts of logs (`mask_sequences`), exclude logs (`exclude_at_match`), or exclude all others (`include_at_match`).',
    ),
    proxy: text('DD_PROXY_HTTPS', undefined, 'Proxy to Datadog, in place of `HTTPS_PROXY`.'),
    caFile: text('DD_TLS_CERT_FILE', undefined, 'Path of a PEM file with an authority to trust.'),
  },
  required: ['apiKey'],
  sensitive: ['apiKey', 'proxy'],
  unread: datadogUnread,

  withReferences({ apiKeySecretArn, apiKeySsmArn, apiKeyCiphertext, ...texts }) {
    if (apiKeySecretArn !== undefined)
      return { ...texts, apiKey: `\${secretsmanager:${apiKeySecretArn}#${KEY_FIELDS}}` };
    if (apiKeySsmArn !== undefined) return { ...texts, apiKey: `\${ssm:${apiKeySsmArn}}` };
    return apiKeyCiphertext === undefined ? texts : { ...texts, apiKey: `\${kms:${apiKeyCiphertext}}` };
  },

  exporter(settings, context) {
    const { apiKey = '', site, service, env, version, tags, logsUrl, metricsUrl, isLogging, proxy, caFile } = settings;
    const rules = logRules(settings.logRules);
    const connection = connectionOf({ proxy, caFile });
    const headers = { 'content-type': 'application/json', 'dd-api-key': headerText(apiKey, 'DD_API_KEY') };
    const logs = `${baseUrl(logsUrl ?? `http-intake.logs.${site}`, 'DD_LOGS_CONFIG_LOGS_DD_URL or DD_SITE')}/api/v2/logs`;
    const series = `${baseUrl(metricsUrl ?? `api.${site}`, 'DD_DD_URL or DD_SITE')}/api/v2/series`;
    const ownTags = [
      ...tags,
      ...(env === undefined ? [] : [`env:${env}`]),
      ...(version === undefined ? [] : [`version:${version}`]),
      `functionname:${context.functionName}`,
      `region:${context.region}`,
    ];
    const arn = context.source.resource['cloud.resource_id'];
    const host = typeof arn === 'string' ? arn : context.functionName;
    const ownService = service ?? serviceOf(context.source) ?? context.functionName;
    // Without the instance, concurrent environments would overwrite each other's series.
    const seriesTags = [...ownTags, `service:${ownService}`, `instance:${context.instanceId}`];
    const ownTail = tailOf(ownService);
    const tails = new WeakMap<Source, string>([[context.source, ownTail]]);

    function tailOf(name: string): string {
      const ddtags = [...ownTags, `service:${name}`].join(',');
      return `,"ddsource":"lambda","hostname":${JSON.stringify(host)},"service":${JSON.stringify(name)},"ddtags":${JSON.stringify(ddtags)}}`;
    }

    function tail(source: Source): string {
      const known = tails.get(source);
      if (known !== undefined) return known;
      const name = serviceOf(source);
      const made = name === undefined ? ownTail : tailOf(name);
      tails.set(source, made);
      return made;
    }

    const messageFor = (item: LogItem) => (rules === undefined ? messageOf(item) : (rules(messageOf(item)) ?? ''));
    const encodeLog = (item: LogItem) => `${logStart(item, messageFor(item))}${tail(item.source)}`;
    const encodeFittingLog = (item: LogItem) => encodeWithin(item, encodeLog, LONGEST_LOG_BYTES);
    const encodeSeries = seriesEncoder(seriesTags, host);
    const encodeGroup = (group: MetricGroup) => encodeWithin(summed(group), encodeSeries, LONGEST_SERIES_BYTES);

    return {
      signals: isLogging ? ['logs', 'metrics'] : ['metrics'],
      ...(rules && { takes: (item) => item.signal !== 'logs' || rules(messageOf(item)) !== undefined }),
      *encode(items) {
        const parted = bySignal(items);
        yield* requestsOf(pack(parted.logs, encodeFittingLog, LOG_LIMITS), (group) => ({
          url: logs,
          headers,
          ...connection,
          body: `[${group.parts.join(',')}]`,
          items: group.items,
        }));
        yield* requestsOf(pack(sumsBySecond(parted.metrics), encodeGroup, SERIES_LIMITS), (group) => ({
          url: series,
          headers,
          ...connection,
          body: `{"series":[${group.parts.filter((part) => part !== '').join(',')}]}`,
          items: group.items.flat(),
        }));
      },
      judge: countingLostMetrics(noWebPage(judgeByStatus())),
    };
  },
});

function logStart(item: LogItem, message: string): string {
  return `{"message":${JSON.stringify(message)},"timestamp":${Math.floor(item.timeMs)},"status":"${statusOf(item.severity)}"`;
}

/** Attributes can only be texts beside a message; within one that is JSON they can be anything, and Datadog reads it. */
function messageOf(item: LogItem): string {
  const { body, origin, requestId, traceId, attributes } = item;
  let more = '';
  if (requestId !== undefined) more += `,"lambda":{"request_id":${JSON.stringify(requestId)}}`;
  if (traceId !== undefined) more += `,"otel":${otelIds(item)},"dd":${datadogIds(item)}`;
  for (const name in attributes) {
    if (!RESERVED.has(name)) more += `,${JSON.stringify(name)}:${toJson(attributes[name] ?? null, origin)}`;
  }
  const text = toText(body, origin);
  if (more === '') return text;
  const isObject = typeof body === 'object' && text.startsWith('{') && text !== '{}';
  return isObject ? `${text.slice(0, -1)}${more}}` : `{"message":${JSON.stringify(text)}${more}}`;
}

function otelIds({ traceId, spanId }: LogItem): string {
  return JSON.stringify({ trace_id: traceId, span_id: spanId });
}

/** Datadog's own ids are the last 64 bits, in decimals. */
function datadogIds({ traceId = '', spanId = '' }: LogItem): string {
  return JSON.stringify({ trace_id: decimal(traceId.slice(-16)), span_id: decimal(spanId) });
}

function decimal(hex: string): string | undefined {
  return /^[0-9a-f]{1,16}$/i.test(hex) ? String(BigInt(`0x${hex}`)) : undefined;
}

function statusOf(severity: number): string {
  if (severity >= 21) return 'critical';
  if (severity >= 17) return 'error';
  if (severity >= 13) return 'warn';
  return severity >= 9 || severity === 0 ? 'info' : 'debug';
}

function serviceOf({ resource }: Source): string | undefined {
  const name = resource['service.name'];
  return typeof name === 'string' ? name : undefined;
}

/** A secret may be JSON that holds the key, under one of the names that Datadog and its users give it, or the key alone. */
const KEY_FIELDS = 'dd_api_key|apiKey|api_key|DD_API_KEY|';
const LONGEST_LOG_BYTES = 1_000_000;
const LOG_LIMITS = { items: 1_000, bytes: 5_000_000 };
const LONGEST_SERIES_BYTES = 100_000;
/** Compressed it may have 512,000 B, which is certain only for what has no more before. */
const SERIES_LIMITS = { items: 10_000, bytes: 500_000 };
const RESERVED: ReadonlySet<string> = new Set(['message', 'lambda', 'otel', 'dd']);
