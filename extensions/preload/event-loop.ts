import type { PerformanceObserver } from 'node:perf_hooks';
import { PROCESS_FIGURES_PATH, type ProcessFigures } from '../../lambda-api/process-figures.ts';
import { hostPort } from './host-port.ts';
import type { Part } from './part.ts';
import { postToHost } from './post-to-host.ts';

/** Measures the function's event loop, heap and garbage collection during each invocation, for Insights. */
export const eventLoop: Part = {
  name: 'event-loop',
  switchedOnBy: { variable: 'INSIGHTS_EVENT_LOOP' },
  start({ hooks, environment }) {
    const port = hostPort(environment);
    const measured = startMeasuring();
    hooks.afterNext(() => measured.begin());
    hooks.beforeNext((ended) => {
      if (ended === undefined) return;
      // Not awaited: the next invocation need not wait, and a freeze in between does no harm.
      postToHost(port, PROCESS_FIGURES_PATH, JSON.stringify(measured.end(ended.requestId)));
    });
  },
};

function startMeasuring() {
  const {
    monitorEventLoopDelay,
    performance,
    PerformanceObserver: Observer,
  } = process.getBuiltinModule('node:perf_hooks');
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let garbageCollectionMs = 0;
  const collect = (entries: readonly { readonly duration: number }[]) => {
    for (const { duration } of entries) garbageCollectionMs += duration;
  };
  const observer: PerformanceObserver = new Observer((list) => collect(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  let before = performance.eventLoopUtilization();

  return {
    /** Begins with the invocation: the time of a freeze would count as delay. */
    begin(): void {
      observer.takeRecords();
      garbageCollectionMs = 0;
      delay.reset();
      delay.enable();
      before = performance.eventLoopUtilization();
    },
    end(requestId: string): ProcessFigures {
      delay.disable();
      collect(observer.takeRecords());
      return {
        requestId,
        // Without a sample the mean is no number: the invocation was shorter than the resolution.
        eventLoopDelayMeanMs: beyondResolution(delay.mean),
        eventLoopDelayMaxMs: beyondResolution(delay.max),
        eventLoopUtilization: performance.eventLoopUtilization(before).utilization,
        garbageCollectionMs,
        heapUsedBytes: process.memoryUsage().heapUsed,
      };
    },
  };
}

/** Node.js measures the time between two ticks of a timer. */
function beyondResolution(nanoseconds: number): number {
  const ms = nanoseconds / 1_000_000 - RESOLUTION_MS;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

const RESOLUTION_MS = 10;
