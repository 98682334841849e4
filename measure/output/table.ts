import type { Estimate, SeriesSummary } from '../figures/summary.ts';
import type { Measurement } from '../measurement.ts';

/** The measurement for a terminal. */
export function toTable(measurement: Measurement): string {
  const { invocations, invocationsBefore, figures } = measurement;
  const isCompared = invocationsBefore !== undefined;
  const header = [
    '',
    'values',
    'P50',
    '95 % interval',
    'P95',
    'P99',
    ...(isCompared ? ['added (P50)', '95 % interval'] : []),
  ];
  const of = isCompared ? `, compared with ${invocationsBefore}` : '';
  return [
    `${invocations} invocations${of}: ${describe(measurement.outcomes)}`,
    '',
    align([header, ...figures.map((figure) => row(figure, isCompared))]),
    '',
    ...costLines(measurement),
  ].join('\n');
}

function describe(outcomes: Measurement['outcomes']): string {
  return Object.entries(outcomes)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}

function row({ title, unit, values, quantiles, added }: SeriesSummary, isCompared: boolean): string[] {
  const { p50, p95, p99 } = quantiles;
  const figure = (value: number) => `${format(value)} ${unit}`;
  const cells = [title, String(values), figure(p50.value), interval(p50), figure(p95.value), figure(p99.value)];
  if (!isCompared) return cells;
  return added ? [...cells, `${signed(added.p50.value)} ${unit}`, interval(added.p50)] : [...cells, '', ''];
}

function costLines({ usd, usdBefore, traffic }: Measurement): string[] {
  if (!usd) return [];
  const { invocationsPerMonth, architecture } = traffic;
  const now = `Lambda bills ${dollars(usd)} for ${invocationsPerMonth.toLocaleString('en')} invocations a month on ${architecture}`;
  const before = usdBefore ? `; before, ${dollars(usdBefore)}` : '';
  return [`${now}${before}. Init is in it, free tier and discounts are not.`];
}

function dollars({ value, low, high }: Estimate): string {
  return `${value.toFixed(2)} USD (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

/** A side is open where there are too few values. */
function interval({ low, high }: { low: number; high: number }): string {
  if (!Number.isFinite(low) && !Number.isFinite(high)) return 'too few values';
  return `${Number.isFinite(low) ? format(low) : '?'} to ${Number.isFinite(high) ? format(high) : '?'}`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${format(value)}`;
}

function format(value: number): string {
  return value.toFixed(Math.abs(value) >= 100 ? 0 : 1);
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map((cells) => line(cells).trimEnd()).join('\n');
}
