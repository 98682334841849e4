/** Prints the CPU time, in ms a second, of the samples on managed instances (`samples`), or of their timer alone (`timer`). */
import { systemClock } from '../../foundation/clock.ts';
import { recordsOf } from '../../test/support/lambda/insights-here.ts';
import { cpuTime, startInsightsHere } from './insights-here.ts';

const SECONDS = 10;

console.log(process.argv[2] === 'timer' ? await ofTimer() : await ofSamples());

/** Sampling is all that this process does meanwhile. */
async function ofSamples(): Promise<number> {
  const handlers = await startInsightsHere({ isManagedInstances: true });
  const [begins] = recordsOf('long');
  void handlers.telemetry?.(begins === undefined ? [] : [begins]);
  await systemClock.sleep(2_000);
  const spentMs = cpuTime();
  await systemClock.sleep(SECONDS * 1_000);
  const perSecond = spentMs() / SECONDS;
  const signal = new AbortController().signal;
  await handlers.shutdown?.({ eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs: 0 }, { signal });
  return perSecond;
}

async function ofTimer(): Promise<number> {
  const timer = setInterval(() => undefined, 50);
  await systemClock.sleep(2_000);
  const spentMs = cpuTime();
  await systemClock.sleep(SECONDS * 1_000);
  clearInterval(timer);
  return spentMs() / SECONDS;
}
