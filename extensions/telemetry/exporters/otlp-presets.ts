import { type Settings, type SettingValues, text } from '../../sdk/index.ts';
import { baseUrl } from './encoding/base-url.ts';
import { headerText } from './encoding/header-text.ts';
import { defineDestinationType, type Exporter, type ExporterContext } from './exporter.ts';
import { otlp } from './otlp.ts';
import { otlpSettings } from './otlp-settings.ts';

/** Vendors that take OTLP over HTTP, with the variables that they name: address and headers follow from these. */
export const axiom = defineDestinationType({
  name: 'axiom',
  signals: ['logs', 'traces'],
  hasEndpointPerSignal: true,
  settings: {
    token: text('AXIOM_TOKEN', undefined, 'API token that may ingest into the dataset.'),
    dataset: text('AXIOM_DATASET', undefined, 'Dataset.'),
    url: text('AXIOM_URL', 'https://api.axiom.co', 'Address of Axiom.'),
  },
  required: ['token', 'dataset'],
  sensitive: ['token'],
  exporter({ token = '', dataset = '', url }, context) {
    const headers = {
      authorization: `Bearer ${headerText(token, 'AXIOM_TOKEN')}`,
      'x-axiom-dataset': headerText(dataset, 'AXIOM_DATASET'),
    };
    return preset({ endpoint: baseUrl(url, 'AXIOM_URL'), headers }, context, ['logs', 'traces']);
  },
});

export const honeycomb = defineDestinationType({
  name: 'honeycomb',
  signals: ['logs', 'metrics', 'traces'],
  hasEndpointPerSignal: true,
  settings: {
    apiKey: text('LIBHONEY_API_KEY', undefined, 'API key of the environment.'),
    kmsKeyId: text('KMS_KEY_ID', undefined, 'Set it if the key is encrypted by KMS.'),
    dataset: text(
      'LIBHONEY_DATASET',
      undefined,
      'Dataset. Needed for metrics; others go to the dataset of the service.',
    ),
    url: text(
      'LIBHONEY_API_HOST',
      'https://api.honeycomb.io',
      'Address of Honeycomb; `https://api.eu1.honeycomb.io` in the EU.',
    ),
  },
  required: ['apiKey'],
  sensitive: ['apiKey'],
  withReferences: ({ kmsKeyId, ...texts }) =>
    kmsKeyId === undefined || texts.apiKey === undefined ? texts : { ...texts, apiKey: `\${kms:${texts.apiKey}}` },
  exporter({ apiKey = '', dataset, url }, context) {
    const headers = {
      'x-honeycomb-team': headerText(apiKey, 'LIBHONEY_API_KEY'),
      ...(dataset === undefined ? {} : { 'x-honeycomb-dataset': headerText(dataset, 'LIBHONEY_DATASET') }),
    };
    return preset({ endpoint: baseUrl(url, 'LIBHONEY_API_HOST'), headers }, context);
  },
});

export const dynatrace = defineDestinationType({
  name: 'dynatrace',
  signals: ['logs', 'metrics', 'traces'],
  hasEndpointPerSignal: true,
  settings: {
    url: text('DT_ENDPOINT', undefined, 'Address of the environment, e.g. `https://abc12345.live.dynatrace.com`.'),
    token: text(
      'DT_API_TOKEN',
      undefined,
      'API token with the scopes `openTelemetryTrace.ingest`, `metrics.ingest` and `logs.ingest`.',
    ),
  },
  required: ['url', 'token'],
  sensitive: ['token'],
  exporter({ url = '', token = '' }, context) {
    const base = baseUrl(url, 'DT_ENDPOINT');
    const endpoint = base.endsWith('/api/v2/otlp') ? base : `${base}/api/v2/otlp`;
    return preset({ endpoint, headers: { authorization: `Api-Token ${headerText(token, 'DT_API_TOKEN')}` } }, context);
  },
});

export const grafanaCloud = defineDestinationType({
  name: 'grafana-cloud',
  signals: ['logs', 'metrics', 'traces'],
  hasEndpointPerSignal: true,
  settings: {
    url: text(
      'GRAFANA_CLOUD_OTLP_ENDPOINT',
      undefined,
      'Address of the gateway, e.g. `https://otlp-gateway-prod-eu-west-2.grafana.net/otlp`.',
    ),
    instanceId: text('GRAFANA_CLOUD_INSTANCE_ID', undefined, 'Number of the instance.'),
    apiKey: text('GRAFANA_CLOUD_API_KEY', undefined, 'Token of an access policy that may write.'),
  },
  required: ['url', 'instanceId', 'apiKey'],
  sensitive: ['apiKey'],
  exporter({ url = '', instanceId = '', apiKey = '' }, context) {
    const basic = Buffer.from(`${instanceId}:${apiKey}`).toString('base64');
    const endpoint = baseUrl(url, 'GRAFANA_CLOUD_OTLP_ENDPOINT');
    return preset({ endpoint, headers: { authorization: `Basic ${basic}` } }, context);
  },
});

interface Preset {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
}

function preset(given: Preset, context: ExporterContext, signals?: Exporter['signals']): Exporter {
  const exporter = otlp.exporter({ ...fallbacks(otlpSettings), ...given }, context);
  return signals === undefined ? exporter : { ...exporter, signals };
}

function fallbacks<S extends Settings>(settings: S): SettingValues<S> {
  return Object.fromEntries(Object.entries(settings).map(([key, { fallback }]) => [key, fallback])) as SettingValues<S>;
}
