/** `examples/monitoring`: every metric is one that Lambda publishes, or one that our extensions were seen to log. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startTelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { startAppConfigServer } from '../support/servers/appconfig-server.ts';
import { answerJson, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';

/** Those that have the dimension FunctionName: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
const OF_LAMBDA = [
  ...['Invocations', 'Errors', 'DeadLetterErrors', 'DestinationDeliveryFailures', 'Throttles'],
  ...['RecursiveInvocationsDropped', 'ProvisionedConcurrencyInvocations', 'ProvisionedConcurrencySpilloverInvocations'],
  ...['Duration', 'PostRuntimeExtensionsDuration', 'IteratorAge', 'ConcurrentExecutions'],
  ...['AsyncEventsReceived', 'AsyncEventAge', 'AsyncEventsDropped'],
].map((name) => ({ namespace: 'AWS/Lambda', name, dimensions: ['FunctionName'] }));

interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
}

const READS = `
  const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: secrets, AWS_APPCONFIG_EXTENSION_HTTP_PORT: appconfig } = process.env;
  export const handler = async () => {
    const headers = { 'X-Aws-Parameters-Secrets-Token': process.env.AWS_SESSION_TOKEN };
    await fetch('http://localhost:' + secrets + '/secretsmanager/get?secretId=s', { headers });
    await fetch('http://localhost:' + appconfig + '/applications/shop/environments/prod/configurations/flags');
  };`;

const folder = resolve(import.meta.dirname, '../../examples/monitoring');
const readJson = (name: string) => JSON.parse(readFileSync(resolve(folder, name), 'utf8'));

let published: Metric[];
beforeAll(async () => {
  published = [...OF_LAMBDA, ...(await metricsOfExtensions())];
}, 60_000);

describe('the metrics of', () => {
  it.each([
    ['dashboard.json', () => metricsOfDashboard(readJson('dashboard.json'))],
    ['alarms.json', () => metricsOfAlarms(readJson('alarms.json'))],
  ])('%s are published', (_file, metrics) => {
    const used = metrics();

    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((one) => !published.some((other) => isSame(one, other)))).toEqual([]);
  });
});

it('the dashboard names its function and its Region by one word each, which the docs replace', () => {
  const text = readFileSync(resolve(folder, 'dashboard.json'), 'utf8');
  const page = readFileSync(resolve(folder, '../../docs/monitoring.md'), 'utf8');

  expect(text).toContain('"FUNCTION"');
  expect(page).toContain('s/FUNCTION/');
  expect(page).toContain('s/REGION/');
  expect(text.replaceAll(/FUNCTION|REGION/g, '')).not.toMatch(/[a-z]{2}-[a-z]+-\d|\d{12}/);
});

/** All that our extensions log in the embedded metric format, also at SHUTDOWN, and what Insights sends to CloudWatch Logs. */
async function metricsOfExtensions(): Promise<Metric[]> {
  await using aws = await startAwsServer(({ operation }, response) =>
    answerJson(response, 200, operation === 'GetSecretValue' ? aSecret() : {}),
  );
  await using appConfig = await startAppConfigServer({ 'shop:prod:flags': { content: '{}' } });
  await using lambda = await startTelemetryLambda(READS, {
    EXTENSIONS_METRICS_LOG: 'true',
    LAMBDA_INSIGHTS: 'cloudwatch',
    AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(await freePort()),
    AWS_ENDPOINT_URL: aws.url,
    AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.url,
  });
  await lambda.invoke();
  await lambda.invoke();
  await lambda.emulator.shutdown();
  const events = aws.calls.flatMap(({ input }) => (input.logEvents ?? []) as { message: string }[]);
  const lines = [...lambda.emulator.lines.map(({ text }) => text), ...events.map(({ message }) => message)];
  return lines.flatMap((text) => (text.startsWith('{"_aws"') ? metricsOfLine(JSON.parse(text)) : []));
}

interface EmbeddedMetrics {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly string[][];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

function metricsOfLine({ _aws }: EmbeddedMetrics): Metric[] {
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((dimensions) => Metrics.map(({ Name }) => ({ namespace: Namespace, name: Name, dimensions }))),
  );
}

/** A metric of a widget: `[namespace, name, dimension, value, …, options]`. */
function metricsOfDashboard({ widgets }: { widgets: { properties: { metrics?: unknown[][] } }[] }): Metric[] {
  return widgets.flatMap(({ properties: { metrics = [] } }) =>
    metrics.map((parts) => {
      const [namespace, name, ...pairs] = parts.filter((part) => typeof part === 'string') as [string, string];
      return { namespace, name, dimensions: pairs.filter((_, index) => index % 2 === 0) };
    }),
  );
}

interface AlarmMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string }[];
}

type AlarmProperties = AlarmMetric & {
  readonly Metrics?: readonly { readonly MetricStat?: { Metric: AlarmMetric } }[];
};

function metricsOfAlarms({ Resources }: { Resources: Record<string, { Properties: AlarmProperties }> }): Metric[] {
  return Object.values(Resources)
    .flatMap(({ Properties }) =>
      Properties.Metrics === undefined
        ? [Properties]
        : Properties.Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []),
    )
    .map(({ Namespace, MetricName, Dimensions }) => ({
      namespace: Namespace,
      name: MetricName,
      dimensions: Dimensions.map(({ Name }) => Name),
    }));
}

function isSame(one: Metric, other: Metric): boolean {
  const keyOf = ({ namespace, name, dimensions }: Metric) => [namespace, name, ...dimensions.toSorted()].join(' ');
  return keyOf(one) === keyOf(other);
}
