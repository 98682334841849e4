import type { Handlers } from '../../sdk/index.ts';
import { platformEventOf } from '../invocations/platform-event.ts';
import type { Meter } from '../measure/meter.ts';
import type { Sources } from '../measure/sources.ts';
import { intervalMeter } from './interval-meter.ts';
import { type IntervalsOptions, intervals } from './intervals.ts';

export interface PerIntervalOptions extends Omit<IntervalsOptions, 'meter'> {
  readonly meter: Meter;
  readonly sources: Sources;
}

/** One document an interval, on managed instances. */
export function perInterval({ meter, sources, ...options }: PerIntervalOptions) {
  const between = intervalMeter(meter, sources, options.clock);
  const all = intervals({ ...options, meter: { ...between, sample: meter.sample } });
  return {
    telemetry(records: Parameters<NonNullable<Handlers['telemetry']>>[0]): void {
      for (const element of records) {
        const event = platformEventOf(element, options.clock.wallMs());
        if (event !== undefined) all.take(event);
      }
    },
    end: all.end,
  };
}
