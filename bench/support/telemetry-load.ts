import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs, memory } from './proc.ts';
import { startTelemetryLambda } from './telemetry-lambda.ts';

export interface Work {
  readonly invocations: number;
  readonly lines: number;
  readonly overMs?: number;
  /** From the start of one invocation to the start of the next. */
  readonly everyMs?: number;
  readonly forMs?: number;
}

export interface Load {
  readonly cpuMsPer1000: number;
  readonly cpuMsPerInvocation: number;
  readonly peakMb: number;
  /** What each invocation is billed, as the emulator reports it. */
  readonly durationsMs: readonly number[];
}

/** Invokes a function that logs, and waits until what it logged has had time to leave. `modules` are of `test/fixtures/modules`. */
export async function run(
  environment: Record<string, string>,
  work: Work,
  modules: readonly string[] = [],
): Promise<Load> {
  const { invocations, lines, everyMs = 0, ...event } = work;
  await using lambda = await startTelemetryLambda(environment, { modules });
  const { emulator, pid } = lambda;
  let peakMb = 0;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, memory(pid).anonymousMb);
  }, 100);
  for (let invocation = 0; invocation < invocations; invocation++) {
    const nextAtMs = performance.now() + everyMs;
    await emulator.invoke({ lines, ...event });
    await emulator.untilPhase('idle');
    if (everyMs > 0) await sleep(Math.max(0, nextAtMs - performance.now()));
  }
  // Work that a frozen process still has to do counts too.
  emulator.thaw();
  await sleep(1_500);
  clearInterval(watch);
  const durationsMs = emulator.telemetry.records
    .filter(({ type }) => type === 'platform.report')
    .map(({ record }) => (record as { metrics: { durationMs: number } }).metrics.durationMs);
  const cpuMsPerInvocation = cpuMs(pid) / invocations;
  return { cpuMsPer1000: (cpuMsPerInvocation / Math.max(lines, 1)) * 1_000, cpuMsPerInvocation, peakMb, durationsMs };
}

/** The settings of each destination, all at one server. */
export function destinations(url: string) {
  const all: { otlp: Record<string, string> } & Record<string, Record<string, string>> = {
    otlp: { TELEMETRY_OTLP_ENDPOINT: url },
    datadog: { DD_API_KEY: 'k', DD_DD_URL: url, DD_LOGS_CONFIG_LOGS_DD_URL: url },
    'new-relic': {
      NEW_RELIC_LICENSE_KEY: 'k',
      NEW_RELIC_LOG_ENDPOINT: `${url}/log`,
      TELEMETRY_NEW_RELIC_METRIC_ENDPOINT: `${url}/metric`,
      TELEMETRY_NEW_RELIC_TRACE_ENDPOINT: `${url}/trace`,
    },
    'splunk-hec': { SPLUNK_HEC_URL: url, SPLUNK_HEC_TOKEN: 't' },
    'sumo-http': { SUMO_HTTP_ENDPOINT: `${url}/in` },
    'cloudwatch-logs': { TELEMETRY_CLOUDWATCH_LOGS_GROUP: 'g', AWS_ENDPOINT_URL: url },
    firehose: { TELEMETRY_FIREHOSE_STREAM: 's', AWS_ENDPOINT_URL: url },
    s3: { TELEMETRY_S3_BUCKET: 'b', AWS_ENDPOINT_URL: url },
    http: { TELEMETRY_HTTP_URL: url },
  };
  for (const [name, variables] of Object.entries(all)) variables.TELEMETRY_DESTINATIONS = name;
  return all;
}
