import { setTimeout } from 'node:timers/promises';
import { type Observed, type Phase, type ProcessReading, type Report, readReportRecord } from '../../measure/index.ts';
import type { Emulator, InvokeOptions, InvokeResult, RunningProcess } from '../emulator-types.ts';
import { type EmulatorOptions, startEmulator } from '../index.ts';
import { phasesOf } from './phases-of.ts';

export interface Life {
  readonly reports: readonly Report[];
  readonly processes: readonly ProcessReading[];
  readonly phases: readonly Phase[];
  readonly failures: readonly string[];
}

export interface LifePlan {
  readonly options: EmulatorOptions;
  readonly events: readonly unknown[];
  /** After the first. */
  readonly warmInvocations: number;
  /** How long the environment is frozen between two invocations. */
  readonly pauseMs: number;
  readonly round: number;
  readonly signal: AbortSignal;
}

/** One environment from its start to its shutdown: the first invocation and the warm ones, the processes frozen in between. */
export async function liveOnce(plan: LifePlan): Promise<Life> {
  await using emulator = await startEmulator({ ...plan.options, port: 0, runtimeApiPort: 0 });
  const reports: Report[] = [];
  const failures: string[] = [];
  let first: readonly RunningProcess[] = [];
  let last: readonly RunningProcess[] = [];
  let phases: readonly Phase[] = [];
  for (let call = 0; call <= plan.warmInvocations && !plan.signal.aborted; call++) {
    if (call > 0) await pause(emulator, plan);
    const { report, failure, processes } = await invokeOnce(emulator, plan.events[call % plan.events.length], {
      before: last,
      round: plan.round,
      options: plan.options.tenantIsolation ? { tenantId: 'measure' } : {},
    });
    if (failure !== undefined) failures.push(failure);
    if (report) reports.push(report);
    if (call === 0) {
      first = processes;
      // Now, since the timeline forgets what is long ago.
      phases = phasesOf(emulator.timeline);
    }
    last = processes;
  }
  return {
    reports,
    failures,
    phases,
    processes: readings(first, last, reports.length, plan),
  };
}

async function invokeOnce(
  emulator: Emulator,
  event: unknown,
  { before, round, options }: { before: readonly RunningProcess[]; round: number; options: InvokeOptions },
): Promise<{ report: Report | undefined; failure: string | undefined; processes: readonly RunningProcess[] }> {
  const beganAt = performance.now();
  const result = await emulator.invoke(event, options);
  const answeredMs = performance.now() - beganAt;
  // Refused before any environment had it, so there is no report.
  if (result.statusCode !== 200) return { report: undefined, failure: failureOf(result), processes: before };
  const record = await emulator.telemetry.waitFor(
    ({ type, record }) =>
      type === 'platform.report' && (record as { requestId?: string }).requestId === result.requestId,
  );
  const processes = emulator.processes();
  const report = readReportRecord({ ...record });
  return {
    report: report && { ...report, observed: { round, answeredMs, ...usageOf(processes, before) } },
    failure: failureOf(result),
    processes,
  };
}

/** A process that began since counts from its start. */
function usageOf(
  now: readonly RunningProcess[],
  before: readonly RunningProcess[],
): Pick<Observed, 'cpuMs' | 'privateMB'> {
  if (now.length === 0) return {};
  return {
    // Of children it counts in ticks, so a child's end may take some milliseconds back.
    cpuMs: Math.max(0, total(now.map((one) => one.cpuMs - (same(one, before)?.cpuMs ?? 0)))),
    privateMB: total(now.map(({ privateMB }) => privateMB)),
  };
}

/** Of the processes that lived from the first invocation to the last: after a crash others run, of which nobody knows the start. */
function readings(
  first: readonly RunningProcess[],
  last: readonly RunningProcess[],
  invocations: number,
  { round }: LifePlan,
): ProcessReading[] {
  return last.flatMap((one) => {
    const firstCpuMs = same(one, first)?.cpuMs;
    if (firstCpuMs === undefined) return [];
    const { residentMB, proportionalMB, privateMB } = one;
    const cpuMs = invocations > 1 ? (one.cpuMs - firstCpuMs) / (invocations - 1) : undefined;
    return [{ process: nameOf(one.process), round, firstCpuMs, cpuMs, residentMB, proportionalMB, privateMB }];
  });
}

function same({ pid }: RunningProcess, others: readonly RunningProcess[]): RunningProcess | undefined {
  return others.find((other) => other.pid === pid);
}

async function pause(emulator: Emulator, { pauseMs, signal }: LifePlan): Promise<void> {
  // After a failure there may be no environment, which the next invocation starts.
  if (emulator.phase === 'idle') emulator.freeze();
  if (pauseMs > 0) await setTimeout(pauseMs, undefined, { signal }).catch(() => {});
}

function failureOf({ functionError, payload, statusCode }: InvokeResult): string | undefined {
  if (functionError === undefined && statusCode === 200) return undefined;
  return `An invocation failed: ${payload.replace(REQUEST_ID, '…').slice(0, LONGEST_FAILURE)}`;
}

function nameOf(process: RunningProcess['process']): string {
  return process === 'runtime' ? 'runtime' : process.extension;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

const LONGEST_FAILURE = 300;
/** Differs each time, and says nothing here. */
const REQUEST_ID = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
