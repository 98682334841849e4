/** The tables of docs/limits.md and docs/snapstart.md, from the limits and prices that the code uses. */
import type { InitializationType } from '../lambda-api/environment.ts';
import {
  deploymentLimits,
  type EnvironmentLimits,
  eventLimits,
  limits,
  MAX_EXTENSIONS,
  nameLimits,
  payloadLimits,
  shutdownLimits,
  telemetryBuffering,
} from '../lambda-api/limits.ts';
import { table } from './markdown-table.ts';
import { snapStartCosts } from './snapstart-costs.ts';

/** By the name between `<!-- limits: NAME -->` and `<!-- end -->`. */
export const limitsTables: Readonly<Record<string, () => string>> = {
  environments: environmentsTable,
  'all environments': commonTable,
  'costs of SnapStart': snapStartCosts,
};

function environmentsTable(): string {
  const kinds: readonly InitializationType[] = [
    'on-demand',
    'provisioned-concurrency',
    'snap-start',
    'lambda-managed-instances',
  ];
  const rows = ENVIRONMENT_ROWS.map(([what, textOf]) => [what, ...kinds.map((kind) => textOf(limits[kind]))]);
  return table(['', 'on demand', 'provisioned concurrency', 'SnapStart', 'managed instances'], rows);
}

/** What is not documented has a mark. */
const ENVIRONMENT_ROWS: readonly (readonly [string, (of: EnvironmentLimits) => string])[] = [
  ['memory, MB', ({ memoryMB }) => range(memoryMB)],
  ['time-out, s **[?]** AWS’s API model says 1,800', ({ timeoutMs }) => seconds(timeoutMs)],
  [
    'time-out where nobody waits, s: `Event`, event sources but Amazon MQ and DocumentDB',
    ({ timeoutMs, unattendedTimeoutMs = timeoutMs }) => seconds(unattendedTimeoutMs),
  ],
  [
    'INIT with hooks before a snapshot, s; T is the time-out',
    ({ initMs }) => {
      const [least, most] = [initMs(0), initMs(Number.POSITIVE_INFINITY)];
      return least === most ? seconds(least) : `T, at least ${seconds(least)}, at most ${seconds(most)}`;
    },
  ],
  ['restore with its hooks, s', ({ restoreMs }) => (restoreMs === undefined ? '' : seconds(restoreMs))],
  ['invocations at once in one environment', ({ concurrency }) => number(concurrency)],
  ['`/tmp`, MB', ({ tmpMB }) => range(tmpMB)],
];

function commonTable(): string {
  const { external, internal, none } = shutdownLimits;
  const { maxItems, maxBytes, timeoutMs } = telemetryBuffering;
  const shutdown = ({ totalMs, runtimeMs }: { totalMs: number; runtimeMs: number }) =>
    `${number(totalMs)} ms, of which the runtime has ${number(runtimeMs)} ms`;
  const buffered = (of: { from: number; to: number; fallback: number }) =>
    `${range(of)}, ${number(of.fallback)} unless given`;
  return table(
    ['', 'limit', 'in the emulator'],
    [
      ['event, synchronous', bytes(payloadLimits.synchronousBytes), REFUSED],
      ['event, asynchronous', bytes(payloadLimits.asynchronousBytes), REFUSED],
      ['answer', `${bytes(payloadLimits.synchronousBytes)} and 100 bytes`, '`Function.ResponseSizeTooLarge`'],
      ['streamed answer', bytes(payloadLimits.streamedBytes), '`Function.ResponseSizeTooLarge`'],
      [
        'streamed answer, speed',
        `${bytes(payloadLimits.unthrottledBytes)}, then ${bytes(payloadLimits.throttledBytesPerSecond)} a second`,
        NOT_LIMITED,
      ],
      ['end of the log with `LogType: Tail`', bytes(payloadLimits.logTailBytes), 'the same'],
      ['client context in Base64 **[?]** its error', `${number(payloadLimits.clientContextBytes)} bytes`, NOT_LIMITED],
      ['headers of the Runtime API **[?]**', bytes(payloadLimits.headerBytes), 'refused with 431'],
      ['retries of an asynchronous invocation', retries(), 'the same; no limit of age'],
      ['id of a tenant', characters(nameLimits.tenantId), 'refused with 400'],
      ['name of a durable execution', characters(nameLimits.durableExecutionName), 'refused with 400'],
      [
        'environment variables **[?]** how they are measured',
        bytes(deploymentLimits.environmentBytes),
        'refused at start; as JSON',
      ],
      ['extensions, both kinds together', number(MAX_EXTENSIONS), '`Extension.TooManyExtensions`'],
      ['layers', number(deploymentLimits.layers), 'none: one folder'],
      ['code and layers, unzipped', bytes(deploymentLimits.unzippedBytes), NOT_LIMITED],
      ['image, uncompressed', bytes(deploymentLimits.imageBytes), NOT_LIMITED],
      ['shutdown without extensions', `${number(none.totalMs)} ms`, 'the same'],
      ['shutdown with internal extensions only', shutdown(internal), 'the same'],
      ['shutdown **[?]** AWS’s open code gives the runtime 600 ms', shutdown(external), 'the same'],
      ['telemetry, `maxItems` **[?]** the default', buffered(maxItems), OUT_OF_RANGE],
      ['telemetry, `maxBytes`', buffered(maxBytes), OUT_OF_RANGE],
      ['telemetry, `timeoutMs`', buffered(timeoutMs), OUT_OF_RANGE],
    ],
  );
}

const REFUSED = 'refused with 413';
const NOT_LIMITED = 'not limited';
const OUT_OF_RANGE = 'refused with 400 **[?]**';

function retries(): string {
  const { retryDelaysMs, longestAgeMs } = eventLimits;
  const delays = retryDelaysMs.map((ms) => number(ms / 60_000)).join(' and ');
  return `${retryDelaysMs.length}, after ${delays} minutes; ${number(longestAgeMs / 3_600_000)} hours`;
}

function characters({ pattern, longest }: { pattern: string; longest: number }): string {
  return `1 to ${longest} of \`${pattern}\``;
}

function range({ from, to }: { from: number; to: number }): string {
  return from === to ? number(from) : `${number(from)} to ${number(to)}`;
}

function seconds(ms: number): string {
  return number(ms / 1_000);
}

function bytes(count: number): string {
  const [unit, name] = count >= GIB ? [GIB, 'GiB'] : count >= MIB ? [MIB, 'MiB'] : [1_024, 'KiB'];
  return `${number(count / unit)} ${name}`;
}

const MIB = 1_024 * 1_024;
const GIB = 1_024 * MIB;

function number(value: number): string {
  return value.toLocaleString('en-US');
}
