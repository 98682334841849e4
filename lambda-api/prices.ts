/**
 * What Lambda bills, in US dollars, before the free tier, savings plans and the lower prices of large volumes.
 * https://aws.amazon.com/lambda/pricing/ (us-east-1, 2025; other regions differ by up to a third)
 */
const USD_PER_REQUEST = 0.2 / 1_000_000;
const USD_PER_GB_SECOND: Readonly<Record<Architecture, { onDemand: number; provisioned: number }>> = {
  x64: { onDemand: 0.0000166667, provisioned: 0.0000097222 },
  arm64: { onDemand: 0.0000133334, provisioned: 0.0000077778 },
};

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
