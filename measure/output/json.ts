import type { Comparison } from '../comparison.ts';
import type { Measurement } from '../measurement.ts';

/** The measurement for programs. A side of an interval that is open is null. */
export function toJson(measurement: Measurement): string {
  return JSON.stringify({ version: 1, ...measurement }, undefined, 2);
}

/** The comparison for programs, with the reports themselves: `--reports` reads it again. */
export function comparisonToJson(comparison: Comparison): string {
  return JSON.stringify({ version: 1, ...comparison }, undefined, 2);
}
