import { setTimeout as sleep } from 'node:timers/promises';

/** The one path of AWS's runtime interface emulator. */
export const INVOCATIONS = '/2015-03-31/functions/function/invocations';

/** Invokes a function that was just started, and returns its answer; the emulator may need some moments until it listens. */
export async function invoke(url: string, giveUpAtMs = Date.now() + 10_000): Promise<string> {
  try {
    const response = await fetch(url, { method: 'POST', body: '{}' });
    return await response.text();
  } catch (error) {
    if (Date.now() > giveUpAtMs) throw error;
    await sleep(100);
    return invoke(url, giveUpAtMs);
  }
}
