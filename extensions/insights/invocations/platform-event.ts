import type { TelemetryRecord } from '../../sdk/index.ts';

/** A record of Lambda itself, whatever it holds. */
export interface PlatformEvent {
  readonly type: string;
  readonly timeMs: number;
  readonly record: Readonly<Record<string, unknown>>;
}

/** `undefined` for what is none. The elements of a delivery are JSON from outside, so none of their fields is certain. */
export function platformEventOf(element: TelemetryRecord, nowMs: number): PlatformEvent | undefined {
  const { type, time, record } = (element ?? {}) as Partial<TelemetryRecord>;
  if (typeof type !== 'string' || !type.startsWith('platform.')) return undefined;
  if (typeof record !== 'object' || record === null) return undefined;
  const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return {
    type,
    timeMs: Number.isNaN(timeMs) ? nowMs : timeMs,
    record: record as Readonly<Record<string, unknown>>,
  };
}
