import type { Handlers, HostServices } from '../../sdk/index.ts';
import type { Every } from '../measure/every.ts';
import type { Meter } from '../measure/meter.ts';
import { sampler } from '../measure/sampler.ts';
import type { ScanBudget } from '../measure/scan-budget.ts';
import type { Invocation } from './invocation.ts';
import { invocationLife } from './invocation-life.ts';
import { platformEventOf } from './platform-event.ts';

export interface PerInvocationOptions {
  readonly host: Pick<HostServices, 'clock' | 'telemetry'>;
  readonly meter: Meter;
  readonly budget: ScanBudget;
  readonly every: Every;
  readonly onFinished: (invocation: Invocation) => void;
}

/** One document an invocation: on demand, with provisioned concurrency and with SnapStart. */
export function perInvocation({ host, meter, budget, every, onFinished }: PerInvocationOptions) {
  const { clock, telemetry } = host;
  let hasRecords = false;
  let wake = () => {};
  const life = invocationLife({
    lap: meter.lap,
    nowMs: clock.wallMs,
    onFinished,
  });
  const samples = sampler(meter, budget, clock, every);

  async function untilReported(signal: AbortSignal): Promise<void> {
    if (!telemetry.isSubscribed() || !life.awaitsLatest()) return;
    const stop = new AbortController();
    const isHere = new Promise<void>((resolve) => {
      wake = () => {
        if (!life.awaitsLatest()) resolve();
      };
    });
    const longestMs = hasRecords && life.hasSeenInvoke() ? LONGEST_WAIT_MS : LONGEST_WAIT_OF_A_LATE_START_MS;
    const isOver = clock.sleep(longestMs, { signal: AbortSignal.any([signal, stop.signal]) });
    await Promise.race([isHere, isOver.catch(() => undefined)]);
    stop.abort();
  }

  return {
    invoke(event: Parameters<NonNullable<Handlers['invoke']>>[0]): void {
      budget.invoked();
      life.invoke(event);
      samples.start(event.deadlineMs);
    },
    telemetry(records: Parameters<NonNullable<Handlers['telemetry']>>[0]): void {
      hasRecords = true;
      for (const element of records) {
        const event = platformEventOf(element, clock.wallMs());
        if (event !== undefined) life.take(event);
      }
      if (!life.isRunning()) samples.stop();
      wake();
    },
    measured: life.measured,
    restored: life.restored,
    async shutdown(reason: string, signal: AbortSignal): Promise<void> {
      samples.stop();
      await untilReported(signal);
      life.shutdown(reason);
    },
  };
}

/** A report that comes takes some tens of milliseconds. Telemetry waits 200 ms, and gets what is emitted before that. */
const LONGEST_WAIT_MS = 150;
/** A host that got no INVOKE, or no records, began late: what it knows of its only invocations may still come. */
const LONGEST_WAIT_OF_A_LATE_START_MS = 400;
