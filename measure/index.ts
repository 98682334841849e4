export {
  type Comparison,
  compare,
  type Phase,
  type ProcessReading,
  type Subject,
} from './comparison.ts';
export type { Traffic } from './figures/cost.ts';
export { measureReports } from './measurement.ts';
export { FEWEST_ROUNDS, isNarrow } from './narrow.ts';
export { comparisonToJson, toJson } from './output/json.ts';
export { comparisonToTable, toTable } from './output/table.ts';
export { toPage } from './page/page.ts';
export { readReports } from './reports/read-reports.ts';
export type { Observed, Report } from './reports/report.ts';
export { readReportRecord } from './reports/report-record.ts';
export { median } from './statistics/quantile.ts';
export { medianInterval } from './statistics/quantile-interval.ts';
export { exceeded, parseThreshold } from './thresholds.ts';
