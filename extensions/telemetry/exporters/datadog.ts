import { list, text } from '../../sdk/index.ts';
import type { LogItem, Source } from '../items/item.ts';
import { toJson, toText } from '../items/to-json.ts';
import { seriesEncoder } from './datadog-series.ts';
import { baseUrl } from './encoding/base-url.ts';
import { bySignal } from './encoding/by-signal.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { headerText } from './encoding/header-text.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { countingLostMetrics } from './encoding/metric-points.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { noWebPage } from './encoding/promised.ts';
import { defineDestinationType } from './exporter.ts';
import { type MetricGroup, summed, sumsBySecond } from './metric-sums.ts';

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
    tags: list('DD_TAGS', [], 'More tags: `key:value`, separated by commas or spaces.'),
    logsUrl: text('DD_LOGS_CONFIG_LOGS_DD_URL', undefined, 'Address for logs in place of the site, e.g. a proxy.'),
    metricsUrl: text('DD_DD_URL', undefined, 'Address for metrics in place of the site, e.g. a proxy.'),
  },
  required: ['apiKey'],
  sensitive: ['apiKey'],

  withReferences({ apiKeySecretArn, apiKeySsmArn, apiKeyCiphertext, ...texts }) {
    if (apiKeySecretArn !== undefined) return { ...texts, apiKey: `\${secretsmanager:${apiKeySecretArn}}` };
    if (apiKeySsmArn !== undefined) return { ...texts, apiKey: `\${ssm:${apiKeySsmArn}}` };
    return apiKeyCiphertext === undefined ? texts : { ...texts, apiKey: `\${kms:${apiKeyCiphertext}}` };
  },

  exporter({ apiKey = '', site, service, env, version, tags, logsUrl, metricsUrl }, context) {
    const headers = { 'content-type': 'application/json', 'dd-api-key': headerText(apiKey, 'DD_API_KEY') };
    const logs = `${baseUrl(logsUrl ?? `http-intake.logs.${site}`, 'DD_LOGS_CONFIG_LOGS_DD_URL or DD_SITE')}/api/v2/logs`;
    const series = `${baseUrl(metricsUrl ?? `api.${site}`, 'DD_DD_URL or DD_SITE')}/api/v2/series`;
    const ownTags = [
      ...tags.flatMap((tag) => tag.split(' ')).filter((tag) => tag !== ''),
      ...(env === undefined ? [] : [`env:${env}`]),
      ...(version === undefined ? [] : [`version:${version}`]),
      `functionname:${context.functionName}`,
      `region:${context.region}`,
    ];
    const arn = context.source.resource['cloud.resource_id'];
    const host = typeof arn === 'string' ? arn : context.functionName;
    const ownService = service ?? serviceOf(context.source) ?? context.functionName;
    // Without the instance, concurrent environments would overwrite each other's series.
    const seriesTags = () => [...ownTags, `service:${ownService}`, `instance:${context.instanceId}`];
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

    const encodeLog = (item: LogItem) => `${logStart(item)}${tail(item.source)}`;
    const encodeFittingLog = (item: LogItem) => encodeWithin(item, encodeLog, LONGEST_LOG_BYTES);
    const encodeSeries = seriesEncoder(seriesTags, host);
    const encodeGroup = (group: MetricGroup) => encodeWithin(summed(group), encodeSeries, LONGEST_SERIES_BYTES);

    return {
      *encode(items) {
        const parted = bySignal(items);
        yield* requestsOf(pack(parted.logs, encodeFittingLog, LOG_LIMITS), (group) => ({
          url: logs,
          headers,
          body: `[${group.parts.join(',')}]`,
          items: group.items,
        }));
        yield* requestsOf(pack(sumsBySecond(parted.metrics), encodeGroup, SERIES_LIMITS), (group) => ({
          url: series,
          headers,
          body: `{"series":[${group.parts.filter((part) => part !== '').join(',')}]}`,
          items: group.items.flat(),
        }));
      },
      judge: countingLostMetrics(noWebPage(judgeByStatus())),
    };
  },
});

function logStart(item: LogItem): string {
  return `{"message":${JSON.stringify(messageOf(item))},"timestamp":${Math.floor(item.timeMs)},"status":"${statusOf(item.severity)}"`;
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

const LONGEST_LOG_BYTES = 1_000_000;
const LOG_LIMITS = { items: 1_000, bytes: 5_000_000 };
const LONGEST_SERIES_BYTES = 100_000;
/** Compressed it may have 512,000 B, which is certain only for what has no more before. */
const SERIES_LIMITS = { items: 10_000, bytes: 500_000 };
const RESERVED: ReadonlySet<string> = new Set(['message', 'lambda', 'otel', 'dd']);
