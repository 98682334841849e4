export { measureReports } from './measurement.ts';
export { toJson } from './output/json.ts';
export { toTable } from './output/table.ts';
export { readReports } from './reports/read-reports.ts';
export { median } from './statistics/quantile.ts';
export { medianInterval } from './statistics/quantile-interval.ts';
export { exceeded, parseThreshold } from './thresholds.ts';
