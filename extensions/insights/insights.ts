import { availableParallelism } from 'node:os';
import { timeLimit } from '../../foundation/time-limit.ts';
import { VERSION } from '../../foundation/version.ts';
import type { Architecture } from '../../lambda-api/prices.ts';
import { decodeProcessFigures, PROCESS_FIGURES_PATH } from '../../lambda-api/process-figures.ts';
import type { Handlers, HostServices, Log, SettingValues } from '../sdk/index.ts';
import type { InsightsDocument } from './documents/document.ts';
import { managedInstanceDocument } from './documents/managed-instance.ts';
import { onDemandDocument } from './documents/on-demand.ts';
import { perInterval } from './intervals/per-interval.ts';
import { perInvocation } from './invocations/per-invocation.ts';
import { every } from './measure/every.ts';
import { meter as openMeter } from './measure/meter.ts';
import { processTable } from './measure/process-table.ts';
import { SHARE_OF_TIME_BESIDE_SAMPLES, scanBudget } from './measure/scan-budget.ts';
import { type Place, realRoots, sourcesOf } from './measure/sources.ts';
import { noticeUnreadable } from './measure/unreadable.ts';
import { openOutputs } from './publish/open-outputs.ts';
import type { Output } from './publish/output.ts';
import type { settings as declarations } from './settings.ts';

interface Context {
  readonly settings: SettingValues<typeof declarations>;
  readonly host: HostServices;
}

/** Builds the parts in the order of a document's journey: measured, made, published. */
export function startInsights({ settings, host }: Context): Handlers {
  if (settings.outputs.length === 0) return {};
  const { clock, lambda, isManagedInstances } = host;
  const log = logOf(settings.logLevel, host.log);
  const roots = realRoots;
  const budget = scanBudget(isManagedInstances ? SHARE_OF_TIME_BESIDE_SAMPLES : undefined);
  const sources = sourcesOf(placeOf(host), roots, availableParallelism());
  const meter = openMeter({ sources, roots, budget, parentPid: process.ppid, cpuMs: cpuTimeMs });
  const outputs = openOutputs(settings, host, log);
  const identity = {
    functionName: lambda.name,
    functionVersion: lambda.version,
    agentVersion: VERSION,
    memoryMb: lambda.memoryMb,
    architecture: process.arch as Architecture,
    availabilityZone: undefined as string | undefined,
  };
  const notice = noticeUnreadable(log);
  host.metrics.provide('insights', () => ({ totals: totalsOf(outputs) }));

  const publish = (document: InsightsDocument, startMs: number) => {
    notice(document);
    for (const output of outputs) output.add(document, startMs);
  };
  const flushIfDue = async (signal: AbortSignal) => {
    await Promise.all(outputs.map((output) => output.flushIfDue?.(signal)));
  };
  const end = async (signal: AbortSignal) => {
    if (settings.logLevel === 'debug')
      for (const line of processTable(sources.processes(), roots.proc)) log.debug(line);
    await Promise.all(outputs.map((output) => output.end?.(signal)));
  };
  const ready = () => {
    if (!host.telemetry.isSubscribed()) {
      log.warn(
        'Lambda’s Telemetry API is not available, so Insights makes no documents. AWS’s Runtime Interface Emulator has none; Lambda and our emulator have it.',
      );
    }
    void host.availabilityZone().then((zone) => {
      identity.availabilityZone = zone;
    });
  };

  if (isManagedInstances) {
    const all = perInterval({
      meter,
      sources,
      budget,
      clock,
      every,
      intervalMs: settings.intervalMs,
      onInterval(interval) {
        publish(managedInstanceDocument(interval, identity), interval.startMs);
        void flushIfDue(new AbortController().signal);
      },
    });
    return {
      ready,
      telemetry: all.telemetry,
      async shutdown(_event, { signal }) {
        all.end();
        await end(signal);
      },
    };
  }

  const each = perInvocation({
    host,
    meter,
    budget,
    every,
    onFinished: (invocation) =>
      publish(onDemandDocument(invocation, identity), invocation.endedAtMs - (invocation.report?.durationMs ?? 0)),
  });
  host.metrics.receive(PROCESS_FIGURES_PATH, (body) => {
    const figures = decodeProcessFigures(body);
    if (figures !== undefined) each.measured(figures);
  });
  return {
    ready,
    // Only CloudWatch is called, and only that is worth a wait.
    invokeBoundMs: settings.outputs.includes('cloudwatch') ? settings.flushTimeoutMs + FLUSH_MARGIN_MS : 0,
    invoke(event, { signal }) {
      each.invoke(event);
      return flushIfDue(signal);
    },
    telemetry: each.telemetry,
    restore() {
      each.restored();
      for (const output of outputs) output.restored?.();
    },
    async shutdown({ shutdownReason }, { signal }) {
      await each.shutdown(shutdownReason, signal);
      using bound = timeLimit(LONGEST_END_MS, signal);
      await end(bound.signal);
    },
  };
}

function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** AWS's own variable has words of its own. */
function logOf(level: SettingValues<typeof declarations>['logLevel'], log: HostServices['log']): Log {
  if (level === undefined) return log;
  return log.atLevel(level === 'off' ? 'none' : level);
}

function placeOf({ isEmulator, isManagedInstances }: HostServices): Place {
  if (isEmulator) return 'emulator';
  return isManagedInstances ? 'managed-instance' : 'microvm';
}

function totalsOf(outputs: readonly Output[]): Record<string, number> {
  return Object.assign({}, ...outputs.map((output) => output.counts()));
}

/** A flush ends by its own bound, so that its loss is counted before the host stops waiting. */
const FLUSH_MARGIN_MS = 50;
/** With the wait for the last report an environment ends within a second. */
const LONGEST_END_MS = 550;
