/**
 * What Lambda bills, in US dollars, before the free tier, savings plans and the lower prices of large volumes.
 * https://aws.amazon.com/lambda/pricing/ (us-east-1, 2025; other regions differ by up to a third)
 */
const USD_PER_REQUEST = 0.2 / 1_000_000;
const USD_PER_GB_SECOND: Readonly<Record<Architecture, { onDemand: number; provisioned: number }>> = {
  x64: { onDemand: 0.0000166667, provisioned: 0.0000097222 },
  arm64: { onDemand: 0.0000133334, provisioned: 0.0000077778 },
};

/** Of SnapStart for other languages than Java, by the function's memory, not by what the snapshot has. us-east-1, 2026. */
const SNAPSTART = { usdPerGbRestored: 0.0001397998, usdPerGbSecondCached: 0.0000015046 };

/** As Node.js names it in `process.arch`. */
export type Architecture = 'x64' | 'arm64';

export interface Billed {
  readonly durationMs: number;
  readonly memoryMB: number;
  readonly architecture: Architecture;
  /** Its environment costs extra, and its invocations cost less. */
  readonly isProvisioned: boolean;
}

export function estimateUsd({ durationMs, memoryMB, architecture, isProvisioned }: Billed): number {
  const { onDemand, provisioned } = USD_PER_GB_SECOND[architecture];
  const gbSeconds = (durationMs / 1_000) * (memoryMB / 1_024);
  return USD_PER_REQUEST + gbSeconds * (isProvisioned ? provisioned : onDemand);
}

/** What SnapStart adds to the price of the invocations: one version in the cache for that time, and its restores. */
export function estimateSnapStartUsd({ memoryMB, cachedSeconds, restores }: SnapStartUse): number {
  const { usdPerGbRestored, usdPerGbSecondCached } = SNAPSTART;
  return (memoryMB / 1_024) * (restores * usdPerGbRestored + cachedSeconds * usdPerGbSecondCached);
}

export interface SnapStartUse {
  readonly memoryMB: number;
  readonly cachedSeconds: number;
  readonly restores: number;
}
