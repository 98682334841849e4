import type { InitializationType } from './environment.ts';

/** The longest that an invocation may take, but for unattended ones on managed instances. */
export const LONGEST_TIMEOUT_MS = 900_000;

const MEMORY_MB = { from: 128, to: 10_240 };
const TMP_MB = { from: 512, to: 10_240 };

/**
 * What Lambda allows an execution environment, by its kind; as of November 2026.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
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

/** Bytes of an event and of an answer. */
export const payloadLimits = {
  synchronousBytes: 6 * 1024 * 1024,
  asynchronousBytes: 1024 * 1024,
  streamedBytes: 200 * 1024 * 1024,
  /** What a streamed answer may send as fast as it can, and what a second thereafter. */
  unthrottledBytes: 6 * 1024 * 1024,
  throttledBytesPerSecond: 2 * 1024 * 1024,
} as const;

/** Extensions of both kinds together. */
export const MAX_EXTENSIONS = 10;

function longInitMs(timeoutMs: number): number {
  return Math.min(Math.max(130_000, timeoutMs), LONGEST_TIMEOUT_MS);
}
