import type { ReportMetrics, Status } from '../../lambda-api/telemetry-api.ts';

/** What is known of one invocation: from Lambda, whichever way it was exported, or from a run of our own. */
export interface Report extends ReportMetrics {
  readonly status: Status;
  /** With SnapStart, in the first report of a restored environment. */
  readonly restoreDurationMs?: number;
  /** How long extensions worked on after the function had answered. Only the JSON format has it. */
  readonly extensionOverheadMs?: number;
  /** What only who runs the function can see. */
  readonly observed?: Observed;
}

export interface Observed {
  /** Which round it belongs to. Those of one round were taken one after the other, so that they can be compared in pairs. */
  readonly round: number;
  /** From the call to its answer. */
  readonly answeredMs: number;
  /** CPU time of all processes, from the call until every extension was done. Init is in the first. */
  readonly cpuMs?: number;
  /** Private memory of all processes after it. */
  readonly privateMB?: number;
}

/** Whether it is the first of its environment. */
export function isFirst(report: Report): boolean {
  return report.initDurationMs !== undefined || report.restoreDurationMs !== undefined;
}
