import { list, text } from '../../sdk/index.ts';
import type { LogItem, Source } from '../items/item.ts';
import { datadogLog } from './datadog-log.ts';
import { seriesEncoder } from './datadog-series.ts';
import { datadogTags } from './datadog-tags.ts';
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
    const tagsOf = datadogTags({ ownTags, service }, context);
    const tails = new WeakMap<Source, string>();

    function tail(source: Source, more: readonly string[]): string {
      const known = more.length === 0 ? tails.get(source) : undefined;
      if (known !== undefined) return known;
      const { service: name, tags: ofSource } = tagsOf(source);
      // A comma would part a tag.
      const ddtags = [...ofSource, ...more].map((tag) => tag.replaceAll(',', '_')).join(',');
      const made = `,"ddsource":"lambda","hostname":${JSON.stringify(host)},"service":${JSON.stringify(name)},"ddtags":${JSON.stringify(ddtags)}}`;
      if (more.length === 0) tails.set(source, made);
      return made;
    }

    function encodeLog(item: LogItem): string {
      const { start, tags: ofLine } = datadogLog(item);
      return `${start}${tail(item.source, ofLine)}`;
    }

    const encodeFittingLog = (item: LogItem) => encodeWithin(item, encodeLog, LONGEST_LOG_BYTES);
    // Without the instance, concurrent environments would overwrite each other's series.
    const encodeSeries = seriesEncoder((source) => [...tagsOf(source).tags, `instance:${context.instanceId}`], host);
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

const LONGEST_LOG_BYTES = 1_000_000;
const LOG_LIMITS = { items: 1_000, bytes: 5_000_000 };
const LONGEST_SERIES_BYTES = 100_000;
/** Compressed it may have 512,000 B, which is certain only for what has no more before. */
const SERIES_LIMITS = { items: 10_000, bytes: 500_000 };
