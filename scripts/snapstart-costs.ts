/** The table of docs/snapstart.md: what the cold starts of a function cost with SnapStart and without it. */
import { estimateSnapStartUsd, estimateUsd } from '../lambda-api/prices.ts';
import { table } from './markdown-table.ts';

const DAYS = 30;
const COLD_STARTS_A_DAY = [10, 100, 10_000, 100_000];
const INIT_SECONDS = [0.5, 2, 10];
const MEMORY_MB = 1_024;

export function snapStartCosts(): string {
  const [first, ...others] = INIT_SECONDS;
  const head = [
    'cold starts a day',
    `INIT of ${first} s, on demand`,
    ...others.map((seconds) => `INIT of ${seconds} s`),
    'SnapStart, any INIT',
  ];
  return table(
    head,
    COLD_STARTS_A_DAY.map((perDay) => [
      perDay.toLocaleString('en-US'),
      ...INIT_SECONDS.map((seconds) => dollars(perDay * DAYS * usdOfInit(seconds))),
      dollars(estimateSnapStartUsd({ memoryMB: MEMORY_MB, cachedSeconds: DAYS * 86_400, restores: perDay * DAYS })),
    ]),
  );
}

/** Without the request, which is paid in any case. */
function usdOfInit(seconds: number): number {
  const billed = { memoryMB: MEMORY_MB, architecture: 'x64', isProvisioned: false } as const;
  return estimateUsd({ ...billed, durationMs: seconds * 1_000 }) - estimateUsd({ ...billed, durationMs: 0 });
}

function dollars(usd: number): string {
  return usd.toFixed(2);
}
