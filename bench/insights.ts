import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { cpuMs, memory } from './support/proc.ts';
import { startSink } from './support/sink.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { startTelemetryLambda } from './support/telemetry-lambda.ts';

/** What Insights costs, next to a host without it. It reads /proc as on Lambda, though this machine has more processes. */
export const insights: Benchmark = {
  name: 'insights',
  title: 'Insights',

  async measure({ rounds }) {
    await using sink = await startSink();
    const lives = await interleave(rounds(5), {
      without: () => run({ TELEMETRY_DESTINATIONS: 'http', TELEMETRY_HTTP_URL: sink.url, TELEMETRY_TYPES: 'platform' }),
      emf: () => run({ LAMBDA_INSIGHTS: 'emf' }),
      cloudwatch: () => run({ LAMBDA_INSIGHTS: 'cloudwatch', AWS_ENDPOINT_URL: sink.url }),
      idle: () => run({ EXTENSIONS_START: 'after-next' }),
    });
    const each = (name: keyof typeof lives, what: keyof Life) => lives[name].map((life) => life[what]);
    const added = (name: keyof typeof lives, what: keyof Life) =>
      spread(each(name, what).map((value, round) => value - (each('idle', what)[round] ?? Number.NaN)));
    const long = await interleave(rounds(3), {
      managed: () => sampledMsPerSecond({ LAMBDA_INSIGHTS: 'emf' }),
      idle: () => sampledMsPerSecond({ EXTENSIONS_START: 'after-next' }),
    });
    const sampling = spread(long.managed.map((value, round) => value - (long.idle[round] ?? Number.NaN)));
    return {
      kind: 'measured',
      measurements: [
        ...(['emf', 'cloudwatch'] as const).flatMap((name): Measurement[] => [
          { what: `added CPU of an invocation, ${name}`, unit: 'ms', ours: added(name, 'cpuMsPerInvocation') },
          {
            what: `added to a warm invocation, ${name}, median`,
            unit: 'ms',
            ours: added(name, 'durationMs'),
            target: atMost(1, added(name, 'durationMs').median, 'ms'),
          },
          {
            what: `anonymous memory after ${INVOCATIONS} invocations, ${name}`,
            unit: 'MB',
            ours: spread(each(name, 'memoryMb')),
            floors: { 'a host without it': floor(each(name, 'memoryMb'), each('idle', 'memoryMb')) },
          },
        ]),
        {
          what: 'added CPU of an invocation, telemetry with the same records',
          unit: 'ms',
          ours: added('without', 'cpuMsPerInvocation'),
        },
        {
          what: 'added CPU per second of samples on managed instances',
          unit: 'ms',
          ours: sampling,
          target: atMost(5, sampling.median, 'ms'),
        },
      ],
    };
  },
};

interface Life {
  readonly durationMs: number;
  readonly memoryMb: number;
  readonly cpuMsPerInvocation: number;
}

/** After the first invocations, which load and compile. */
async function run(environment: Record<string, string>): Promise<Life> {
  await using lambda = await startTelemetryLambda({ ...AS_ON_LAMBDA, ...environment });
  const { emulator, pid } = lambda;
  const invoke = async (count: number) => {
    for (let invocation = 0; invocation < count; invocation++) {
      await emulator.invoke({ lines: 0, forMs: 5 });
      await emulator.untilPhase('idle');
    }
  };
  await invoke(WARM_UP);
  const before = cpuMs(pid);
  await invoke(INVOCATIONS);
  const durationsMs = emulator.telemetry.records
    .filter(({ type }) => type === 'platform.report')
    .map(({ record }) => (record as { metrics: { durationMs: number } }).metrics.durationMs);
  return {
    durationMs: spread(durationsMs.slice(WARM_UP)).median,
    memoryMb: memory(pid).anonymousMb,
    cpuMsPerInvocation: (cpuMs(pid) - before) / INVOCATIONS,
  };
}

/** CPU time of the extension during one long invocation on a managed instance. */
async function sampledMsPerSecond(environment: Record<string, string>): Promise<number> {
  await using lambda = await startTelemetryLambda(
    { ...AS_ON_LAMBDA, ...environment },
    { initializationType: 'lambda-managed-instances' },
  );
  const { emulator, pid } = lambda;
  await emulator.invoke({ lines: 0, forMs: 2_000 });
  const running = emulator.invoke({ lines: 0, forMs: 12_000 });
  // Records are delivered after up to a second.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const before = cpuMs(pid);
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const spent = cpuMs(pid) - before;
  await running;
  return spent / 10;
}

/** On the emulator's machine Insights would look for the processes of the environment among all others. */
const AS_ON_LAMBDA = { LAMBDA_EMULATOR: '0' };
const WARM_UP = 30;
const INVOCATIONS = 200;
