import { type Fleet, liveEnvironment } from './fleet-model/environment.ts';
import { secretsManagerModel } from './fleet-model/secrets-manager.ts';
import { virtualClock } from './fleet-model/virtual-clock.ts';
import type { Benchmark, Measurement } from './support/benchmark.ts';
import { floor, spread } from './support/statistics.ts';

/**
 * How many calls a fleet makes to Secrets Manager, and what its readers notice, by our defaults, without jitter, and with a batch
 * for each start. A simulation: the real reader, cache and policies on a virtual clock, against a model of AWS with its quotas.
 */
export const fleet: Benchmark = {
  name: 'fleet',
  title: 'A fleet that reads 5 secrets (simulated)',

  async measure({ rounds }) {
    // Most of the errors of an outage would be their stacks.
    Error.stackTraceLimit = 0;
    const environments = rounds(10) * 1_000;
    const measurements: Measurement[] = [];
    for (const [scenario, options] of Object.entries(scenarios)) {
      const figures = { ours: await simulate(environments, {}, options), others: new Map<string, Figures>() };
      for (const [name, variables] of Object.entries(alternatives))
        figures.others.set(name, await simulate(environments, variables, options));
      for (const key of Object.keys(figures.ours) as (keyof Figures)[]) {
        const ours = figures.ours[key];
        if (ours === 0 && [...figures.others.values()].every((theirs) => theirs[key] === 0)) continue;
        measurements.push({
          what: `${scenario}: ${key}`,
          unit: UNITS[key],
          ours: spread([ours]),
          floors: Object.fromEntries([...figures.others].map(([name, theirs]) => [name, floor([ours], [theirs[key]])])),
        });
      }
    }
    return { kind: 'measured', measurements, about: { environments: String(environments) } };
  },
};

const scenarios: Readonly<Record<string, Scenario>> = {
  'start, 1,000 in 10 s': { startsPerSecond: 100 },
  'start, 10 functions at once': { startsPerSecond: 1_000 },
  'outage of 5 minutes': { startsPerSecond: 100, outage: { fromMs: 400_000, untilMs: 700_000 } },
};

const alternatives = {
  'no jitter': { SECRETS_TTL_JITTER: '0' },
  'always batch': { SECRETS_PREFETCH_BATCH: 'always' },
};

interface Scenario {
  readonly startsPerSecond: number;
  readonly outage?: { readonly fromMs: number; readonly untilMs: number };
}

/** What AWS and the readers saw. */
async function simulate(environments: number, variables: Fleet['variables'], scenario: Scenario) {
  const random = seededRandom(1);
  const clock = virtualClock();
  const aws = secretsManagerModel(clock, random, scenario.outage);
  const readMs: number[] = [];
  const startedMs: number[] = [];
  let [staleReads, failedReads] = [0, 0];
  const startsEndMs = (environments / scenario.startsPerSecond) * 1_000;
  const fleetOf: Fleet = {
    clock,
    random,
    aws,
    variables,
    secretIds: SECRET_IDS,
    invocationEveryMs: INVOCATION_EVERY_MS,
    endMs: END_MS,
    onReads(ms, stale, failed) {
      readMs.push(ms);
      if (clock.wallMs() < startsEndMs + 1_000) startedMs.push(ms);
      staleReads += stale;
      failedReads += failed;
    },
  };
  for (let number = 0; number < environments; number++)
    void liveEnvironment(fleetOf, (number * 1_000) / scenario.startsPerSecond);
  await clock.runUntil(END_MS);

  const seconds = Array.from({ length: END_MS / 1_000 }, (_, second) => aws.callsBySecond.get(second) ?? 0);
  const later = seconds.slice(Math.ceil(startsEndMs / 1_000) + 60);
  return {
    'peak of calls during the starts': Math.max(...seconds.slice(0, Math.ceil(startsEndMs / 1_000) + 60)),
    'peak of calls later': Math.max(...later),
    'mean of calls later': later.reduce((sum, calls) => sum + calls, 0) / later.length,
    throttled: aws.throttles(),
    'stale reads': staleReads,
    'failed reads': failedReads,
    'p99 of the reads of an invocation, during the starts': percentile(startedMs, 0.99),
    'p99 of the reads of an invocation': percentile(readMs, 0.99),
  } as const;
}

type Figures = Awaited<ReturnType<typeof simulate>>;

function percentile(values: readonly number[], share: number): number {
  return Float64Array.from(values).sort()[Math.floor(values.length * share)] ?? Number.NaN;
}

/** The same numbers in each run (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const UNITS: Readonly<Record<keyof Figures, Measurement['unit']>> = {
  'peak of calls during the starts': '1/s',
  'peak of calls later': '1/s',
  'mean of calls later': '1/s',
  throttled: 'calls',
  'stale reads': 'reads',
  'failed reads': 'reads',
  'p99 of the reads of an invocation, during the starts': 'ms',
  'p99 of the reads of an invocation': 'ms',
};
const SECRET_IDS = ['db', 'api', 'cache', 'queue', 'mail'];
const INVOCATION_EVERY_MS = 20_000;
const END_MS = 15 * 60_000;
