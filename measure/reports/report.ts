import type { ReportMetrics, Status } from '../../lambda-api/telemetry-api.ts';

/** What Lambda says of one invocation, whichever way it was exported. */
export interface Report extends ReportMetrics {
  readonly status: Status;
  /** With SnapStart, in the first report of a restored environment. */
  readonly restoreDurationMs?: number;
  /** How long extensions worked on after the function had answered. Only the JSON format has it. */
  readonly extensionOverheadMs?: number;
}
