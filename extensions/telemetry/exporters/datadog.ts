import { text, truth } from '../../sdk/index.ts';
import type { LogItem, MetricItem, Source } from '../items/item.ts';
import { distributionEncoder } from './datadog-distributions.ts';
import { datadogLog, isExcluded } from './datadog-log.ts';
import { logRules } from './datadog-log-rules.ts';
import { seriesEncoder } from './datadog-series.ts';
import { tagList } from './datadog-tag-list.ts';
import { datadogTags } from './datadog-tags.ts';
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

/** Logs API v2 and metrics API v2; distributions as the agent sends them. Traces go to Datadog's OTLP intake, by the destination `otlp`. */
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
    isEnhanced: truth(
      'DD_ENHANCED_METRICS',
      true,
      'Whether metrics of Lambda’s records have the names, units and tags of Datadog’s own extension (`aws.lambda.enhanced.*`) and are distributions.',
    ),
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
  readElsewhere: ['DD_DOGSTATSD_PORT'],
  unread: datadogUnread,

  withReferences({ apiKeySecretArn, apiKeySsmArn, apiKeyCiphertext, ...texts }) {
    if (apiKeySecretArn !== undefined)
      return { ...texts, apiKey: `\${secretsmanager:${apiKeySecretArn}#${KEY_FIELDS}}` };
    if (apiKeySsmArn !== undefined) return { ...texts, apiKey: `\${ssm:${apiKeySsmArn}}` };
    return apiKeyCiphertext === undefined ? texts : { ...texts, apiKey: `\${kms:${apiKeyCiphertext}}` };
  },

  exporter(settings, context) {
    const {
      apiKey = '',
      site,
      service,
      env,
      version,
      tags,
      logsUrl,
      metricsUrl,
      isEnhanced,
      isLogging,
      proxy,
      caFile,
    } = settings;
    const rules = logRules(settings.logRules);
    const connection = connectionOf({ proxy, caFile });
    const headers = { 'content-type': 'application/json', 'dd-api-key': headerText(apiKey, 'DD_API_KEY') };
    const logs = `${baseUrl(logsUrl ?? `http-intake.logs.${site}`, 'DD_LOGS_CONFIG_LOGS_DD_URL or DD_SITE')}/api/v2/logs`;
    const metricsBase = baseUrl(metricsUrl ?? `api.${site}`, 'DD_DD_URL or DD_SITE');
    const series = `${metricsBase}/api/v2/series`;
    const sketches = `${metricsBase}/api/beta/sketches`;
    const ownTags = [
      ...tags,
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
      const { start, tags: ofLine } = datadogLog(item, rules);
      return `${start}${tail(item.source, ofLine)}`;
    }

    const encodeFittingLog = (item: LogItem) => encodeWithin(item, encodeLog, LONGEST_LOG_BYTES);
    // Without the instance, concurrent environments would overwrite each other's series.
    const encodeSeries = seriesEncoder((source) => [...tagsOf(source).tags, `instance:${context.instanceId}`], host);
    const encodeGroup = (group: MetricGroup) => encodeWithin(summed(group), encodeSeries, LONGEST_SERIES_BYTES);

    const distributions = distributionEncoder(
      { sourceTags: (source) => tagsOf(source).tags, isEnhanced, host },
      context,
    );
    const encodeDistribution = (item: MetricItem) => encodeWithin(item, distributions.encode, LONGEST_SERIES_BYTES);

    return {
      signals: isLogging ? ['logs', 'metrics'] : ['metrics'],
      ...(rules && { takes: (item) => item.signal !== 'logs' || !isExcluded(item, rules) }),
      *encode(items) {
        const parted = bySignal(items);
        yield* requestsOf(pack(parted.logs, encodeFittingLog, LOG_LIMITS), (group) => ({
          url: logs,
          headers,
          ...connection,
          body: `[${group.parts.join(',')}]`,
          items: group.items,
        }));
        const { sketched, others } = distributions.part(parted.metrics);
        yield* requestsOf(pack(sketched, encodeDistribution, SKETCH_LIMITS, 0), (group) => ({
          url: sketches,
          headers: { ...headers, 'content-type': 'application/x-protobuf' },
          ...connection,
          body: Buffer.concat(group.parts),
          items: group.items,
        }));
        yield* requestsOf(pack(sumsBySecond(others), encodeGroup, SERIES_LIMITS), (group) => ({
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

/** A secret may be JSON that holds the key, under one of the names that Datadog and its users give it, or the key alone. */
const KEY_FIELDS = 'dd_api_key|apiKey|api_key|DD_API_KEY|';
const LONGEST_LOG_BYTES = 1_000_000;
const LOG_LIMITS = { items: 1_000, bytes: 5_000_000 };
const LONGEST_SERIES_BYTES = 100_000;
/** Compressed it may have 512,000 B, which is certain only for what has no more before. */
const SERIES_LIMITS = { items: 10_000, bytes: 500_000 };
/** Less than the agent's limits: smaller requests fail in smaller parts. */
const SKETCH_LIMITS = { items: 10_000, bytes: 1_000_000 };
