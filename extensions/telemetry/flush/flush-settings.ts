import type { SettingValues } from '../../sdk/index.ts';
import type { settings } from '../settings.ts';
import { readFlushMode } from './flush-strategy.ts';
import type { FlusherOptions } from './flusher.ts';

export function flushSettings(
  values: SettingValues<typeof settings>,
): Pick<FlusherOptions, 'mode' | 'constants' | 'flushTimeoutMs'> {
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
