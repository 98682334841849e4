import { countOf } from '../../../foundation/count-of.ts';
import { parseKeepingDigits } from '../../../foundation/exact-json.ts';
import type { TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';

/**
 * The records that a delivery brings; or why it cannot be read.
 * @param announceWork called before work that may take this much CPU time and cannot be split.
 */
export function parseDelivery(
  body: Buffer,
  announceWork: (cpuMs: number) => void,
): readonly TelemetryRecord[] | string {
  if (body.length > SHORT_BODY_BYTES) {
    if (countOf(body, '{', MOST_OBJECTS) > MOST_OBJECTS) return `it has more than ${MOST_OBJECTS} objects`;
    announceWork(body.length / BYTES_A_MS);
  }
  try {
    const records = parseKeepingDigits(body.toString());
    return (Array.isArray(records) ? records : [records]) as TelemetryRecord[];
  } catch (error) {
    return nameOf(error);
  }
}

/** Without the message, which may quote a record. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Parsing more is announced. */
const SHORT_BODY_BYTES = 256 * 1024;
/** An empty object takes V8 some 1.4 µs, of which a body of 16 MB could hold five million. Lambda's records have one or two. */
const MOST_OBJECTS = 1_000_000;
const BYTES_A_MS = 4_000;
