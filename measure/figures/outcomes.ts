import type { Report } from '../reports/report.ts';

/** How many invocations ended in which way. */
export function countOutcomes(reports: readonly Report[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of reports) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
