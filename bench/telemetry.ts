import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { startSink } from './support/sink.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { destinations, type Load, run, type Work } from './support/telemetry-load.ts';

/** What shipping logs costs: CPU time and memory of the extension since its start, and time of the invocations. */
export const telemetry: Benchmark = {
  name: 'telemetry',
  title: 'Telemetry',

  async measure({ rounds }) {
    await using sink = await startSink();
    const otlp = destinations(sink.url).otlp;
    const subjects = LOADS.flatMap(({ what, work, environment }) => [
      [what, () => run({ ...otlp, ...environment }, work)] as const,
      [`${what}, floor`, () => run({}, work, ['started.cjs'])] as const,
    ]);
    const loads = await interleave(rounds(7), Object.fromEntries(subjects));
    const figures = (name: string, key: 'cpuMsPer1000' | 'peakMb') => (loads[name] ?? []).map((load) => load[key]);

    return {
      kind: 'measured',
      measurements: [
        ...LOADS.flatMap(({ what, mostMs }) =>
          costs(what, figures(what, 'cpuMsPer1000'), figures(`${what}, floor`, 'cpuMsPer1000'), mostMs),
        ),
        ...LOADS.slice(0, 2).map(
          ({ what }): Measurement => ({
            what: `peak anonymous, ${what}`,
            unit: 'MB',
            ours: spread(figures(what, 'peakMb')),
          }),
        ),
        ...(await eachDestination(sink.url, rounds(3))),
        ...(await eachMode(otlp, rounds(3))),
        ...(await outage(rounds(3))),
        await queueMemory(rounds(3)),
      ],
    };
  },
};

/** Above the floor, round by round: what telemetry adds to a host that runs anyway. */
function costs(
  what: string,
  all: readonly number[],
  floors: readonly number[],
  most: { inAll: number; above: number } | undefined,
): Measurement[] {
  const above = spread(all.map((cpuMs, round) => cpuMs - (floors[round] ?? Number.NaN)));
  const inAll = spread(all);
  return [
    {
      what: `CPU per 1,000 lines, ${what}`,
      unit: 'ms',
      ours: inAll,
      floors: { 'host without telemetry': floor(all, floors) },
      ...(most && { target: atMost(most.inAll, inAll.median, 'ms') }),
    },
    {
      what: `CPU per 1,000 lines, ${what}, above that host`,
      unit: 'ms',
      ours: above,
      ...(most && { target: atMost(most.above, above.median, 'ms') }),
    },
  ];
}

/** Each destination, with a sink that accepts everything. */
async function eachDestination(url: string, rounds: number): Promise<Measurement[]> {
  const { otlp: _measured, ...others } = destinations(url);
  const measurements: Measurement[] = [];
  for (const [name, environment] of Object.entries(others)) {
    const loads: Load[] = [];
    for (let round = 0; round < rounds; round++) loads.push(await run(environment, BURST));
    measurements.push({
      what: `CPU per 1,000 lines to ${name}`,
      unit: 'ms',
      ours: spread(loads.map(({ cpuMsPer1000 }) => cpuMsPer1000)),
    });
  }
  return measurements;
}

/** How much longer an invocation of 20 ms takes in each mode, at ten a second, than without telemetry. */
async function eachMode(otlp: Record<string, string>, rounds: number): Promise<Measurement[]> {
  const modes = ['adaptive', 'end', 'periodic,1000', 'continuous,1000'] as const;
  const work = { invocations: 60, lines: 10, everyMs: 100, forMs: 20 };
  const median20 = async (environment: Record<string, string>) => {
    const { durationsMs } = await run(environment, work);
    return spread(durationsMs.slice(SETTLED_AFTER)).median;
  };
  const samples = await interleave(rounds, {
    none: () => median20({}),
    ...Object.fromEntries(modes.map((mode) => [mode, () => median20({ ...otlp, TELEMETRY_FLUSH: mode })])),
  } as Record<'none' | (typeof modes)[number], () => Promise<number>>);
  return modes.map((mode) => {
    const added = spread(samples[mode].map((value, round) => value - (samples.none[round] ?? Number.NaN)));
    return {
      what: `added to a warm invocation, median, ${mode}`,
      unit: 'ms',
      ours: added,
      ...(mode === 'adaptive' ? { target: atMost(1, added.median, 'ms') } : {}),
    };
  });
}

/** How much longer invocations take with a vendor that accepts connections and never answers. */
async function outage(rounds: number): Promise<Measurement[]> {
  await using silent = await startSink(() => undefined);
  const environment = { ...destinations(silent.url).otlp, TELEMETRY_FLUSH: 'end', TELEMETRY_FLUSH_TIMEOUT_MS: '1000' };
  const loads: Load[] = [];
  for (let round = 0; round < rounds; round++) loads.push(await run(environment, { invocations: 10, lines: 10 }));
  const first = spread(loads.map(({ durationsMs }) => Math.max(...durationsMs.slice(0, 2))));
  const later = spread(loads.map(({ durationsMs }) => spread(durationsMs.slice(2)).median));
  return [
    {
      what: 'silent vendor, the invocation that finds out (bound 1 s)',
      unit: 'ms',
      ours: first,
      target: atMost(1_300, first.median, 'ms'),
    },
    { what: 'silent vendor, later invocations, median', unit: 'ms', ours: later },
  ];
}

/** Memory of 100,000 lines in the buffer, compared with their estimated bytes, which the buffer bounds. */
async function queueMemory(rounds: number): Promise<Measurement> {
  const dead = {
    ...destinations('http://127.0.0.1:1').otlp,
    TELEMETRY_BUFFER_BYTES: '1000000000',
    TELEMETRY_BUFFER_ITEMS: '1000000',
  };
  const [queued, empty] = [[] as number[], [] as number[]];
  for (let round = 0; round < rounds; round++) {
    queued.push((await run(dead, { invocations: 10, lines: 10_000 })).peakMb);
    empty.push((await run(dead, { invocations: 1, lines: 1 })).peakMb);
  }
  return {
    what: 'peak anonymous, 100,000 lines waiting',
    unit: 'MB',
    ours: spread(queued),
    floors: { 'one line': floor(queued, empty) },
  };
}

const BURST: Work = { invocations: 50, lines: 200 };
const TRICKLE: Work = { invocations: 5, lines: 200, overMs: 1_500 };
const LOADS: readonly {
  readonly what: string;
  readonly work: Work;
  readonly environment?: Record<string, string>;
  readonly mostMs?: { readonly inAll: number; readonly above: number };
}[] = [
  { what: '50 invocations of 200', work: BURST, mostMs: { inAll: 20, above: 10 } },
  { what: 'one invocation of 20,000', work: { invocations: 1, lines: 20_000 }, mostMs: { inAll: 8, above: 6 } },
  {
    what: 'trickle, continuous',
    work: TRICKLE,
    environment: { TELEMETRY_FLUSH: 'continuous,1000' },
    mostMs: { inAll: 100, above: 20 },
  },
  { what: 'trickle, end', work: TRICKLE, environment: { TELEMETRY_FLUSH: 'end' } },
];
/** The first invocations of an environment flush at their end. */
const SETTLED_AFTER = 25;
