import type { TelemetryLambda } from '../../support/lambda/telemetry-lambda.ts';
import type { TelemetryVendor } from '../../support/servers/telemetry-vendor.ts';

/** Where the lines of a function went. */
export interface Balance {
  readonly sent: number;
  /** Different lines that the vendor has. */
  readonly delivered: number;
  /** Deliveries of a line that the vendor already had. */
  readonly repeated: number;
  /** As the logs and metrics of the extension say it. */
  readonly countedLost: number;
  /** Of these, those that were on their way and may have arrived. */
  readonly unsure: number;
  /** Neither delivered nor counted: must be zero. */
  readonly uncounted: number;
  /** Counted as lost and delivered nevertheless. */
  readonly countedTwice: number;
}

/** Needs `TELEMETRY_TYPES=function`, so that every record is a line, and lines that all differ. */
export function balanceOf(lambda: TelemetryLambda, vendor: TelemetryVendor, sent: readonly string[]): Balance {
  const arrived = vendor.lines().map(String);
  const delivered = new Set(arrived.filter((line) => sent.includes(line))).size;
  const sumOf = (pattern: RegExp) => lambda.said().reduce((sum, line) => sum + Number(pattern.exec(line)?.[1] ?? 0), 0);
  const countedLost = sumOf(LOSS);
  const missing = sent.length - delivered;
  return {
    sent: sent.length,
    delivered,
    repeated: arrived.length - new Set(arrived).size,
    countedLost,
    unsure: sumOf(UNSURE),
    uncounted: Math.max(0, missing - countedLost),
    countedTwice: Math.max(0, countedLost - missing),
  };
}

/** Of the supervisor, and of the host that learns of a loss from it. */
const LOSS = / (\d+) telemetry records(?: were lost with it|, because )/;
const UNSURE = /; (\d+) of them were being sent/;
