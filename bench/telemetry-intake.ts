import { startTelemetryVendor } from '../test/support/servers/telemetry-vendor.ts';
import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { memory, memoryFilesMb } from './support/proc.ts';
import { startSink } from './support/sink.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { startTelemetryLambda } from './support/telemetry-lambda.ts';
import { destinations, run, type Work } from './support/telemetry-load.ts';

/** What it takes to get telemetry from Lambda: CPU time of each invocation, memory in an outage, and the delay to the vendor. */
export const telemetryIntake: Benchmark = {
  name: 'telemetry-intake',
  title: 'Telemetry, from Lambda to the vendor',

  async measure({ rounds }) {
    await using sink = await startSink();
    const { otlp } = destinations(sink.url);
    const measurements: Measurement[] = [];
    for (const { what, work, mostMs } of LOADS) {
      const modes = ['adaptive', 'end', 'continuous,20000'] as const;
      const loads = await interleave(rounds(5), {
        none: () => run({ EXTENSIONS_START: 'after-next' }, work),
        ...Object.fromEntries(modes.map((mode) => [mode, () => run({ ...otlp, TELEMETRY_FLUSH: mode }, work)])),
      } as Record<'none' | (typeof modes)[number], () => ReturnType<typeof run>>);
      const none = loads.none.map((load) => load.cpuMsPerInvocation);
      for (const mode of modes) {
        const all = loads[mode].map((load) => load.cpuMsPerInvocation);
        const added = spread(all.map((cpuMs, round) => cpuMs - (none[round] ?? Number.NaN)));
        measurements.push({
          what: `CPU an invocation, ${what}, ${mode}, above a host without telemetry`,
          unit: 'ms',
          ours: added,
          floors: { 'that host': floor(all, none) },
          ...(mode === 'adaptive' ? { target: atMost(mostMs, added.median, 'ms') } : {}),
        });
      }
    }
    measurements.push(...(await outage(rounds(3))), ...(await delays(rounds(3))));
    return { kind: 'measured', measurements };
  },
};

/** Until 10,000 lines wait for a vendor that is down. */
async function outage(rounds: number): Promise<Measurement[]> {
  const [host, supervisor, store] = [[] as number[], [] as number[], [] as number[]];
  for (let round = 0; round < rounds; round++) {
    await using lambda = await startTelemetryLambda(destinations('http://127.0.0.1:1').otlp);
    for (let invocation = 0; invocation < 100; invocation++) {
      await lambda.emulator.invoke({ lines: 100 });
      await lambda.emulator.untilPhase('idle');
    }
    const ofSupervisor = memory(lambda.pid, { isAlone: true }).anonymousMb;
    supervisor.push(ofSupervisor);
    host.push(memory(lambda.pid).anonymousMb - ofSupervisor);
    store.push(memoryFilesMb(lambda.pid));
  }
  const row = (what: string, values: readonly number[]): Measurement => ({
    what: `vendor down, 10,000 lines wait: ${what}`,
    unit: 'MB',
    ours: spread(values),
  });
  return [row('anonymous, host', host), row('anonymous, supervisor', supervisor), row('the store', store)];
}

/** From Lambda's record of a line to the vendor's receipt, of the lines of one invocation a second. */
async function delays(rounds: number): Promise<Measurement[]> {
  const modes = ['end', 'continuous,1000'] as const;
  const measurements: Measurement[] = [];
  for (const mode of modes) {
    const delaysMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const receivedAtMs: number[] = [];
      await using vendor = await startTelemetryVendor(() => void receivedAtMs.push(Date.now()));
      await using lambda = await startTelemetryLambda({ ...destinations(vendor.url).http, TELEMETRY_FLUSH: mode });
      for (let invocation = 0; invocation < 5; invocation++) {
        await lambda.emulator.invoke({ lines: 20, overMs: 1_000 });
        await lambda.emulator.untilPhase('idle');
      }
      await lambda.emulator.shutdown();
      for (const [index, { records }] of vendor.accepted.entries())
        for (const { type, timestamp } of records)
          if (type === 'function') delaysMs.push((receivedAtMs[index] ?? Number.NaN) - Date.parse(String(timestamp)));
    }
    measurements.push({
      what: `from a line to the vendor, invocations of 1 s, ${mode}`,
      unit: 'ms',
      ours: spread(delaysMs),
    });
  }
  return measurements;
}

const LOADS: readonly { readonly what: string; readonly work: Work; readonly mostMs: number }[] = [
  { what: '50 of 200 ms with 20 lines', work: { invocations: 50, lines: 20, overMs: 200 }, mostMs: 4 },
  { what: '200 of 50 ms with 5 lines', work: { invocations: 200, lines: 5, overMs: 50 }, mostMs: 2 },
];
