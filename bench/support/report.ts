import type { Measurement } from './benchmark.ts';
import type { Floor, Spread } from './statistics.ts';

/** The measurements as lines of a table. */
export function table(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ what, unit, ours, floors = {}, target }) => [
    what,
    `${figure(ours.median)} ${unit}`,
    interval(ours),
    ours.runs > 1 ? `${figure(ours.min)} … ${figure(ours.max)}` : '',
    Object.entries(floors).map(describeFloor).join(', '),
    target ? `${target.text}: ${target.isMet ? 'met' : 'MISSED'}` : '',
  ]);
  return align([['', 'median', '95 % interval', 'min … max', 'floor', 'target'], ...rows]);
}

/** Fewer than six rounds leave it open. */
function interval({ interval: { low, high } }: Spread): string {
  return low === null || high === null ? '' : `${figure(low)} … ${figure(high)}`;
}

function describeFloor([name, { median, ratio }]: [string, Floor]): string {
  return `${name} ${figure(median)} (x ${ratio.toFixed(2)})`;
}

function figure(value: number): string {
  const decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}`,
    )
    .join('\n');
}
