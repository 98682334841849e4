import type { Estimate } from '../figures/summary.ts';

/** A side is open where there are too few values. */
export function formatInterval({ low, high }: { low: number; high: number }): string {
  if (!Number.isFinite(low) && !Number.isFinite(high)) return 'too few values';
  return `${Number.isFinite(low) ? formatNumber(low) : '?'} to ${Number.isFinite(high) ? formatNumber(high) : '?'}`;
}

export function formatSigned(value: number): string {
  return `${value > 0 ? '+' : ''}${formatNumber(value)}`;
}

export function formatNumber(value: number): string {
  return value.toFixed(Math.abs(value) >= 100 ? 0 : 1);
}

export function formatDollars({ value, low, high }: Estimate): string {
  const sides = Number.isFinite(low) && Number.isFinite(high) ? ` (${low.toFixed(2)} to ${high.toFixed(2)})` : '';
  return `${value.toFixed(2)} USD${sides}`;
}
