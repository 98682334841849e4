import { LONGEST_TIMEOUT_MS } from '../../lambda-api/limits.ts';
import type { Handlers, HostServices, SettingValues, TelemetryRecord } from '../sdk/index.ts';
import { frontSettings } from './config/front-settings.ts';
import { httpSender } from './deliver/http-sender.ts';
import type { ExporterContext } from './exporters/exporter.ts';
import { readFlushMode } from './flush/flush-strategy.ts';
import { flusher } from './flush/flusher.ts';
import { lastFlush } from './flush/last-flush.ts';
import { reportedInvocations } from './flush/reported-invocations.ts';
import { correlator } from './invocations/correlate.ts';
import { platformEvents } from './invocations/platform-events.ts';
import type { Item } from './items/item.ts';
import { lambdaSource, sourceSettings } from './items/source.ts';
import { pipeline } from './items-to-buffers.ts';
import { openOutlets } from './open-destinations.ts';
import { otlpReceiver } from './otlp/receiver.ts';
import { normaliser } from './read/normalise.ts';
import { telemetryFront } from './records-to-items.ts';
import { redactor } from './redact/redact.ts';
import { compileRoutes } from './routes/select.ts';
import { isOriginWanted } from './routes/wanted-origin.ts';
import type { settings as declarations } from './settings.ts';

/** Builds the pipeline in the order of its journey. */
export async function forward({ settings, host }: Context): Promise<Handlers> {
  const { clock, log, telemetry, isManagedInstances } = host;
  const context = exporterContext(host, settings.otlpPort);
  const { source } = context;
  const front = host.settings(frontSettings);
  const sender = httpSender({
    clock,
    proxyEnvironment: host.http.proxyEnvironment,
    credentials: host.aws.credentials,
    longestMs: settings.flushTimeoutMs,
  });
  const outlets = await openOutlets(settings, host, { context, send: sender.send, onFlushed: tellWhatIsHeld });
  if (outlets === undefined) return {};
  const { all, failover, routes } = outlets;

  for (const type of ['function', 'extension'] as const) {
    if (!settings.types.includes(type) || isOriginWanted(routes, type)) continue;
    log.info(`no route wants what ${type}s log: without "${type}" in TELEMETRY_TYPES Lambda need not deliver it`);
  }

  const hasPlatformRecords = settings.types.includes('platform');
  const isTold = () => hasPlatformRecords && !isManagedInstances && telemetry.isSubscribed();
  const platform = platformEvents({
    source,
    functionName: context.functionName,
    architecture: process.arch === 'arm64' ? 'arm64' : 'x64',
    isManagedInstances,
    random: Math.random,
  });
  const correlation = correlator({
    invocations: platform.invocations,
    isManagedInstances,
    hasPlatformRecords: isTold,
    adoptsSpans: all.some(({ signals }) => signals.has('traces')) && isOriginWanted(routes, 'platform', ['traces']),
  });
  // Metrics that nobody takes would be lost, and the lines with them.
  const areMetricsTaken = all.some(({ signals }) => signals.has('metrics'));
  const normalise = normaliser({ source, embeddedMetrics: areMetricsTaken ? front.embeddedMetrics : 'logs' });
  const toItems = telemetryFront({ source, normalise, platform, correlator: correlation });
  const line = pipeline({
    redactor: redactor({ keys: front.redactKeys, patterns: front.redactPatterns }),
    secrets: host.secretsInUse.all,
    select: compileRoutes(routes, namesOf(all), { failover: failover?.name }),
    outlets: all,
  });
  const reported = reportedInvocations();
  const flushes = flusher({
    mode: readFlushMode(settings.flush) ?? { kind: 'adaptive' },
    constants: {
      invocations: settings.adaptiveInvocations,
      idleGapMs: settings.adaptiveIdleGapMs,
      steadyMs: settings.adaptiveSteadyMs,
      intervalMs: settings.adaptiveIntervalMs,
    },
    flushTimeoutMs: settings.flushTimeoutMs,
    outlets: all,
    clock,
    isTold,
    onUntold: () =>
      log.warn(
        'Lambda did not tell of the end of an invocation in time; until it does telemetry leaves beside the next',
      ),
  });

  host.secretsInUse.provide('telemetry', outlets.secrets);
  host.metrics.provide('telemetry', () => ({
    totals: { filtered: line.filtered() },
    details: Object.fromEntries(all.map((outlet) => [outlet.name, outlet.counts()])),
  }));
  const receiver =
    settings.isOtlpReceived && isOriginWanted(routes, 'otlp') ? await receiveOtlp().catch(goOnWithoutOtlp) : undefined;
  const timer = isManagedInstances ? setInterval(() => void flushes.flush(), BACKGROUND_MS).unref() : undefined;

  function receiveOtlp() {
    const onItems = (items: readonly Item[]) => takeItems(correlation.correlate([...items]));
    const handle = otlpReceiver({ onItems, nowMs: clock.wallMs });
    return host.http.serve({ name: 'otlp', port: settings.otlpPort, handle });
  }

  /** Another extension may have the port, such as a collector. Most functions have no SDK that would miss it. */
  function goOnWithoutOtlp(error: Error): undefined {
    log.error(`takes nothing from OpenTelemetry SDKs: ${error.message}`);
  }

  function takeItems(items: Parameters<typeof line.take>[0]): void {
    line.take(items);
    tellWhatIsHeld();
    if (all.some((outlet) => outlet.isFilling())) void flushes.flush();
    else flushes.recordsCame();
  }

  function tellWhatIsHeld(): void {
    if (outlets === undefined) return;
    const waiting = Math.max(...outlets.all.map((outlet) => outlet.counts().waiting));
    telemetry.holds('telemetry', waiting + correlation.waiting());
  }

  return {
    // As long as an invocation may last: the flush has a bound of its own.
    invokeBoundMs: LONGEST_TIMEOUT_MS,
    telemetry(records: readonly TelemetryRecord[]) {
      try {
        takeItems(toItems(records, clock.wallMs()));
      } finally {
        // Whatever became of the records: an invocation waits for this.
        for (const { requestId, isReport } of reported.take(records)) flushes.functionDone(requestId, { isReport });
      }
    },
    invoke(event, { signal }) {
      reported.begin(event.requestId);
      takeItems(correlation.invoke(event));
      return flushes.invoke(event, signal);
    },
    async shutdown({ shutdownReason, deadlineMs }, { signal }) {
      clearInterval(timer);
      await receiver?.close();
      if (telemetry.isSubscribed()) await reported.untilLast(clock, signal, isTold());
      line.take(correlation.release());
      line.take(platform.closeAtShutdown(shutdownReason, clock.wallMs()));
      await lastFlush(all, failover, { clock, log, deadlineMs, signal });
      sender.close();
    },
  };
}

function exporterContext({ clock, lambda, aws, settings }: HostServices, otlpPort: number): ExporterContext {
  const instanceId = lambda.logStream || `${clock.wallMs().toString(36)}-${process.pid}`;
  return {
    functionName: lambda.name,
    functionVersion: lambda.version,
    region: aws.region,
    source: lambdaSource(settings(sourceSettings), { ...lambda, region: aws.region, instanceId }),
    instanceId,
    otlpPort,
  };
}

function namesOf(outlets: readonly { name: string }[]): string[] {
  return outlets.map(({ name }) => name);
}

interface Context {
  readonly settings: SettingValues<typeof declarations>;
  readonly host: HostServices;
}

/** Without invocations that could be told apart, time has to do. */
const BACKGROUND_MS = 30_000;
