import type { Setting } from '../sdk/index.ts';

/** Milliseconds of `45s`, `5m`, `1h`, `300ms`, or of a number alone, which counts in `unit`. Undefined for any other text. */
export function durationMs(text: string, unit: DurationUnit): number | undefined {
  const [, number, suffix] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/i.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Number(number) * UNITS_MS[(suffix?.toLowerCase() ?? unit) as DurationUnit];
}

/** A duration, counted in the unit that the variable's name ends in, in which bare numbers are written. */
export function duration(
  variable: string,
  fallback: number,
  purpose: string,
  { unit, from, to }: { unit: DurationUnit; from: number; to: number },
): Setting<number> {
  return {
    variable,
    fallback,
    purpose,
    expected: `a number, or a duration such as 300ms, 45s, 5m, 1h, from ${from}${unit} to ${to}${unit}`,
    read(text) {
      const ms = durationMs(text, unit);
      if (ms === undefined) return { value: fallback, isValid: false };
      const value = ms / UNITS_MS[unit];
      const bounded = Math.min(Math.max(value, from), to);
      return { value: bounded, isValid: bounded === value };
    },
  };
}

type DurationUnit = keyof typeof UNITS_MS;

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
