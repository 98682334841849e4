import type { MetricItem } from '../items/item.ts';
import { type Distribution, oneValue } from './datadog-sketches.ts';
import type { ExporterContext } from './exporter.ts';

export interface EnhancedMetric {
  readonly metric: string;
  readonly distribution: Distribution;
}

/**
 * A metric of Lambda's records under the name, and in the unit, that Datadog's own extension gives it. None if there is no such name.
 * https://docs.datadoghq.com/serverless/aws_lambda/metrics/
 */
export function enhancedMetrics({ origin, name, data, invocation }: MetricItem): readonly EnhancedMetric[] {
  const known = origin === 'platform' ? METRICS.get(name) : undefined;
  const value =
    data.kind === 'histogram' ? data.sum : data.kind === 'sum' || data.kind === 'gauge' ? data.value : undefined;
  if (known === undefined || value === undefined) return [];
  const enhanced = [of(known.name, Number(value) * known.factor)];
  // Datadog's extension counts a timeout as an error, too.
  if (name === TIMEOUTS) enhanced.push(of('errors', Number(value)));
  // Its report, which also says what was billed, is the only record that has it.
  if (name === BILLED && invocation?.durationMs !== undefined)
    enhanced.push(of('duration', invocation.durationMs / 1_000));
  return enhanced;
}

/** The tags of Datadog's own extension that the others do not have. */
export function enhancedTags(
  { invocation, source }: MetricItem,
  { functionName, functionVersion, functionArn }: ExporterContext,
  { runtime, architecture }: Machine = THIS_MACHINE,
): string[] {
  const account = functionArn?.split(':')[4];
  const bytes = source.resource['faas.max_memory'];
  const isPublished = functionVersion !== '' && functionVersion !== '$LATEST';
  return [
    ...(invocation === undefined ? [] : [`cold_start:${invocation.isColdStart}`]),
    ...(typeof bytes === 'number' ? [`memorysize:${bytes / MEBIBYTE}`] : []),
    ...(account ? [`account_id:${account}`, `aws_account:${account}`] : []),
    ...(isPublished ? [`executedversion:${functionVersion}`] : []),
    `resource:${functionName}${isPublished ? `:${functionVersion}` : ''}`,
    `runtime:${runtime}`,
    `architecture:${architecture}`,
  ];
}

export interface Machine {
  readonly runtime: string;
  readonly architecture: string;
}

function of(name: string, value: number): EnhancedMetric {
  return { metric: `aws.lambda.enhanced.${name}`, distribution: oneValue(value) };
}

const TIMEOUTS = 'faas.timeouts';
const BILLED = 'aws.lambda.billed_duration';
const MEBIBYTE = 1024 * 1024;
/** By our names; the factor leads to the unit that Datadog documents. */
const METRICS: ReadonlyMap<string, { readonly name: string; readonly factor: number }> = new Map([
  ['faas.invocations', { name: 'invocations', factor: 1 }],
  ['faas.errors', { name: 'errors', factor: 1 }],
  [TIMEOUTS, { name: 'timeouts', factor: 1 }],
  ['faas.init_duration', { name: 'init_duration', factor: 1 }],
  ['faas.invoke_duration', { name: 'runtime_duration', factor: 1_000 }],
  ['faas.mem_usage', { name: 'max_memory_used', factor: 1 / MEBIBYTE }],
  ['aws.lambda.memory_size', { name: 'memorysize', factor: 1 / MEBIBYTE }],
  [BILLED, { name: 'billed_duration', factor: 1 }],
  ['aws.lambda.post_runtime_duration', { name: 'post_runtime_duration', factor: 1_000 }],
  ['aws.lambda.response_size', { name: 'produced_bytes', factor: 1 }],
  ['aws.lambda.out_of_memory', { name: 'out_of_memory', factor: 1 }],
  ['aws.lambda.estimated_cost', { name: 'estimated_cost', factor: 1 }],
]);
/** The function's Node.js runs this process, too. Lambda tells extensions of no runtime. */
const THIS_MACHINE: Machine = {
  runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
  architecture: process.arch === 'x64' ? 'x86_64' : process.arch,
};
