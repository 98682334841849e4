import { readFlushMode } from './flush-strategy.ts';
import type { FlusherOptions } from './flusher.ts';

/** Of the extension's settings. */
export interface FlushValues {
  readonly flush: string;
  readonly flushTimeoutMs: number;
  readonly adaptiveInvocations: number;
  readonly adaptiveIdleGapMs: number;
  readonly adaptiveSteadyMs: number;
  readonly adaptiveIntervalMs: number;
}

export function flushSettings(values: FlushValues): Pick<FlusherOptions, 'mode' | 'constants' | 'flushTimeoutMs'> {
  return {
    mode: readFlushMode(values.flush) ?? { kind: 'adaptive' },
    constants: {
      invocations: values.adaptiveInvocations,
      idleGapMs: values.adaptiveIdleGapMs,
      steadyMs: values.adaptiveSteadyMs,
      intervalMs: values.adaptiveIntervalMs,
    },
    flushTimeoutMs: values.flushTimeoutMs,
  };
}
