import type { DestinationType } from './exporter.ts';

/** Name to lazy import: an unused vendor costs nothing. */
export const destinationTypes: ReadonlyMap<string, () => Promise<DestinationType>> = new Map<
  string,
  () => Promise<DestinationType>
>([
  ['otlp', async () => (await import('./otlp.ts')).otlp],
  ['datadog', async () => (await import('./datadog.ts')).datadog],
  ['new-relic', async () => (await import('./new-relic.ts')).newRelic],
  ['splunk-hec', async () => (await import('./splunk-hec.ts')).splunkHec],
  ['sumo-http', async () => (await import('./sumo-http.ts')).sumoHttp],
  ['cloudwatch-logs', async () => (await import('./cloudwatch-logs.ts')).cloudwatchLogs],
  ['firehose', async () => (await import('./firehose.ts')).firehose],
  ['kinesis', async () => (await import('./kinesis.ts')).kinesis],
  ['loki', async () => (await import('./loki.ts')).loki],
  ['elasticsearch', async () => (await import('./elasticsearch.ts')).elasticsearch],
  ['axiom', async () => (await import('./otlp-presets.ts')).axiom],
  ['honeycomb', async () => (await import('./otlp-presets.ts')).honeycomb],
  ['dynatrace', async () => (await import('./otlp-presets.ts')).dynatrace],
  ['grafana-cloud', async () => (await import('./otlp-presets.ts')).grafanaCloud],
  ['s3', async () => (await import('./s3.ts')).s3],
  ['http', async () => (await import('./http.ts')).http],
]);
