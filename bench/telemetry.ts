import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { startSink } from './support/sink.ts';
import { floor, interleave, type Spread, spread } from './support/statistics.ts';
import { destinations, type Load, run, type Work } from './support/telemetry-load.ts';

/** What shipping logs costs: CPU time and memory of the extension since its start, and time of the invocations. */
export const telemetry: Benchmark = {
  name: 'telemetry',
  title: 'Telemetry',

  async measure({ rounds }) {
    await using sink = await startSink();
    const otlp = destinations(sink.url).otlp;
    const loads = await interleave(rounds(5), {
      burst: () => run(otlp, { invocations: 50, lines: 200 }),
      flood: () => run(otlp, { invocations: 1, lines: 20_000 }),
      trickle: () =>
        run({ ...otlp, TELEMETRY_FLUSH: 'continuous,1000' }, { invocations: 5, lines: 200, overMs: 1_500 }),
      trickleAtEnd: () => run({ ...otlp, TELEMETRY_FLUSH: 'end' }, { invocations: 5, lines: 200, overMs: 1_500 }),
      registers: () => run({ EXTENSIONS_START: 'after-next' }, { invocations: 50, lines: 200 }),
    });
    const cpu = (name: keyof typeof loads) => spread(loads[name].map((load) => load.cpuMsPer1000));
    const peak = (name: keyof typeof loads) => spread(loads[name].map((load) => load.peakMb));
    const ms = (what: string, ours: Spread, limit?: number): Measurement => ({
      what,
      unit: 'ms',
      ours,
      ...(limit === undefined ? {} : { target: atMost(limit, ours.median, 'ms') }),
    });

    return {
      kind: 'measured',
      measurements: [
        ms('CPU per 1,000 lines, 50 invocations of 200', cpu('burst'), 14),
        ms('CPU per 1,000 lines, one invocation of 20,000', cpu('flood'), 6),
        ms('CPU per 1,000 lines, trickle, continuous', cpu('trickle'), 60),
        ms('CPU per 1,000 lines, trickle, end', cpu('trickleAtEnd')),
        ms('the same 50 invocations, host without telemetry', cpu('registers')),
        { what: 'peak anonymous, 50 invocations of 200', unit: 'MB', ours: peak('burst') },
        { what: 'peak anonymous, one invocation of 20,000', unit: 'MB', ours: peak('flood') },
        ...(await eachDestination(sink.url, rounds(3))),
        ...(await eachMode(otlp, rounds(3))),
        ...(await outage(rounds(3))),
        await queueMemory(rounds(3)),
      ],
    };
  },
};

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
/** The first invocations of an environment flush at their end. */
const SETTLED_AFTER = 25;
