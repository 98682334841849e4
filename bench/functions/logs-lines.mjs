import { setTimeout as sleep } from 'node:timers/promises';

/** Logs `lines` lines, at once or one by one over `overMs`. */
export const handler = async ({ lines = 0, overMs = 0, forMs = 0 }) => {
  const startedAtMs = performance.now();
  for (let line = 0; line < lines; line++) {
    console.log(
      `order ${line} of customer 4711 was priced at 12.34 EUR in 17 ms; cache=hit region=eu-central-1 items=${line % 9}`,
    );
    const aheadMs = startedAtMs + ((line + 1) * overMs) / lines - performance.now();
    if (aheadMs > 1) await sleep(aheadMs);
  }
  if (forMs > 0) await sleep(forMs);
  return lines;
};
