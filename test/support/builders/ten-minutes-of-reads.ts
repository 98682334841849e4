import type { ManualClock } from './manual-clock.ts';

/**
 * How often AWS is asked in ten minutes of invocations, each with one read, at the default settings. The extension and the
 * client in the function keep to the same figures.
 */
export const tenMinutesOfReads: readonly [name: string, gapsSeconds: readonly number[], calls: number][] = [
  ['every second', [1], 3],
  ['every 50 s', [50], 3],
  ['every 100 s', [100], 2],
  ['every 250 s', [250], 2],
  ['every 299 s', [299], 2],
  ['every 400 s', [400], 2],
  ['in bursts', [1, 1, 1, 180], 2],
  ['at odd times', [3, 70, 11, 140, 29, 95], 3],
];

/** Reads once at each invocation, until ten minutes are over. */
export async function readForTenMinutes(
  clock: ManualClock,
  gapsSeconds: readonly number[],
  invokeAndRead: () => Promise<unknown>,
): Promise<void> {
  const endsAtMs = clock.wallMs() + 600_000;
  for (let index = 0; clock.wallMs() < endsAtMs; index++) {
    await invokeAndRead();
    clock.pass((gapsSeconds[index % gapsSeconds.length] ?? 1) * 1_000);
  }
}
