import type { InitializationType } from './environment.ts';

/**
 * Everything that Lambda allows, as of November 2026. docs/limits.md shows it; what AWS does not document is marked there.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */

/** The longest that an invocation may take, but for unattended ones on managed instances. */
export const LONGEST_TIMEOUT_MS = 900_000;

const MEMORY_MB = { from: 128, to: 10_240 };
const TMP_MB = { from: 512, to: 10_240 };

/** What Lambda allows an execution environment, by its kind. */
export const limits: Readonly<Record<InitializationType, EnvironmentLimits>> = {
  'on-demand': {
    memoryMB: MEMORY_MB,
    timeoutMs: LONGEST_TIMEOUT_MS,
    initMs: () => 10_000,
    concurrency: 1,
    tmpMB: TMP_MB,
  },
  'provisioned-concurrency': {
    memoryMB: MEMORY_MB,
    timeoutMs: LONGEST_TIMEOUT_MS,
    initMs: longInitMs,
    concurrency: 1,
    tmpMB: TMP_MB,
  },
  'snap-start': {
    memoryMB: MEMORY_MB,
    timeoutMs: LONGEST_TIMEOUT_MS,
    initMs: longInitMs,
    restoreMs: 10_000,
    concurrency: 1,
    tmpMB: { from: 512, to: 512 },
  },
  'lambda-managed-instances': {
    memoryMB: { from: 128, to: 32_768 },
    timeoutMs: LONGEST_TIMEOUT_MS,
    unattendedTimeoutMs: 5_400_000,
    initMs: longInitMs,
    concurrency: 1_600,
    tmpMB: TMP_MB,
  },
};

export interface EnvironmentLimits {
  readonly memoryMB: Range;
  /** The longest that an invocation may take. */
  readonly timeoutMs: number;
  /** The same where the caller does not wait: asynchronous invocations and event sources. Absent where it is no longer. */
  readonly unattendedTimeoutMs?: number;
  /** How long the init phase may take, before-snapshot hooks included, of a function with this time-out. */
  readonly initMs: (timeoutMs: number) => number;
  /** How long a restore and its hooks may take. */
  readonly restoreMs?: number;
  /** Invocations that run at the same time in one environment. */
  readonly concurrency: number;
  readonly tmpMB: Range;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

const KIB = 1_024;
const MIB = 1_024 * KIB;

/** Bytes of an event and of an answer. */
export const payloadLimits = {
  synchronousBytes: 6 * MIB,
  asynchronousBytes: 1 * MIB,
  streamedBytes: 200 * MIB,
  /** What a streamed answer may send as fast as it can, and what a second thereafter. */
  unthrottledBytes: 6 * MIB,
  throttledBytesPerSecond: 2 * MIB,
  /** Of the log, where the caller asks for its end. */
  logTailBytes: 4 * KIB,
  /** Of all headers together, of the Runtime API: what AWS's runtime client takes. */
  headerBytes: 80 * KIB,
  /** In Base64. */
  clientContextBytes: 3_583,
} as const;

/** An asynchronous invocation that fails is invoked again after each of the delays, but not when it is older than the age. */
export const eventLimits = { retryDelaysMs: [60_000, 120_000], longestAgeMs: 6 * 60 * 60_000 } as const;

/** What a function may be deployed with. */
export const deploymentLimits = {
  /** All variables of the function together. */
  environmentBytes: 4 * KIB,
  layers: 5,
  /** A function's code with its layers. */
  unzippedBytes: 250 * MIB,
  imageBytes: 10 * 1_024 * MIB,
} as const;

/** Extensions of both kinds together. */
export const MAX_EXTENSIONS = 10;

/** The whole time of a shutdown and the runtime's share of it, by the kind of extensions that registered. */
export const shutdownLimits = {
  none: { totalMs: 0, runtimeMs: 0 },
  internal: { totalMs: 500, runtimeMs: 500 },
  external: { totalMs: 2_000, runtimeMs: 300 },
} as const;

/** What a subscriber to the Telemetry API may ask for, and what it gets if it does not ask. */
export const telemetryBuffering = {
  maxItems: { from: 1_000, to: 10_000, fallback: 10_000 },
  maxBytes: { from: 256 * KIB, to: MIB, fallback: 256 * KIB },
  timeoutMs: { from: 25, to: 30_000, fallback: 1_000 },
} as const;

/** Names of tenants, and of executions of durable functions. */
export const nameLimits = {
  tenantId: { pattern: '[a-zA-Z0-9\\._:\\/=+\\-@ ]+', longest: 256 },
  durableExecutionName: { pattern: '[a-zA-Z0-9-_]+', longest: 64 },
} as const;

function longInitMs(timeoutMs: number): number {
  return Math.min(Math.max(130_000, timeoutMs), LONGEST_TIMEOUT_MS);
}
