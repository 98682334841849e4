import type { Measurement } from '../measurement.ts';

/** The measurement for programs. A side of an interval that is open is null. */
export function toJson(measurement: Measurement): string {
  return JSON.stringify({ version: 1, ...measurement }, undefined, 2);
}
