import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { recordsOf } from '../test/support/lambda/insights-here.ts';
import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { cpuTime, startInsightsHere } from './support/insights-here.ts';
import { memory } from './support/proc.ts';
import { startSink } from './support/sink.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { startTelemetryLambda } from './support/telemetry-lambda.ts';

/**
 * What Insights costs: the extension alone in this process, which reads /proc as on Lambda, though this machine has more
 * processes; and the built one on the emulator, next to a host without it and to one whose only extension does nothing.
 */
export const insights: Benchmark = {
  name: 'insights',
  title: 'Insights',

  async measure({ rounds }) {
    const [invocations, seconds, timers, posts] = [[] as number[], [] as number[], [] as number[], [] as number[]];
    for (let round = 0; round < rounds(5); round++) {
      invocations.push(await cpuMsPerInvocation());
      seconds.push(await msPerSecond('samples'));
      timers.push(await msPerSecond('timer'));
      posts.push(await bareSignedPost());
    }
    await using sink = await startSink();
    const lives = await interleave(rounds(5), {
      without: () => run({ EXTENSIONS_START: 'after-next' }),
      idle: () => run({}, ['idle.cjs']),
      emf: () => run({ LAMBDA_INSIGHTS: 'emf' }),
      cloudwatch: () => run({ LAMBDA_INSIGHTS: 'cloudwatch', AWS_ENDPOINT_URL: sink.url }),
    });
    const [perInvocation, perSecond] = [spread(invocations), spread(seconds)];
    return {
      kind: 'measured',
      measurements: [
        {
          what: 'CPU of an invocation: readings, records and the document',
          unit: 'ms',
          ours: perInvocation,
          target: atMost(0.3, perInvocation.median, 'ms'),
        },
        {
          what: 'CPU per second of samples on managed instances',
          unit: 'ms',
          ours: perSecond,
          floors: { 'a timer of 50 ms that does nothing': floor(seconds, timers) },
          target: atMost(5, perSecond.median, 'ms'),
        },
        ...(['emf', 'cloudwatch'] as const).flatMap((name): Measurement[] => {
          const added = spread(
            lives[name].map(({ durationMs }, round) => durationMs - (lives.without[round]?.durationMs ?? Number.NaN)),
          );
          const used = (one: keyof typeof lives) => lives[one].map(({ memoryMb }) => memoryMb);
          const addsOf = (one: keyof typeof lives) =>
            used(one).map((megabytes, round) => megabytes - (used('idle')[round] ?? Number.NaN));
          const addedMb = spread(addsOf(name));
          return [
            {
              what: `added to a warm invocation, ${name}, median`,
              unit: 'ms',
              ours: added,
              target: atMost(1, added.median, 'ms'),
            },
            {
              what: `anonymous memory after ${INVOCATIONS} invocations, ${name}`,
              unit: 'MB',
              ours: spread(used(name)),
              floors: { 'a host that does nothing': floor(used(name), used('idle')) },
            },
            {
              what: `memory added, ${name}`,
              unit: 'MB',
              ours: addedMb,
              // An extension that calls AWS cannot take less.
              ...(name === 'cloudwatch' ? { floors: { 'a bare signed request': floor(addsOf(name), posts) } } : {}),
              target: atMost(1, addedMb.median, 'MB'),
            },
          ];
        }),
      ],
    };
  },
};

/** Invocations come as fast as they can, so that nothing else is in the figure. */
async function cpuMsPerInvocation(): Promise<number> {
  const handlers = await startInsightsHere({ isManagedInstances: false });
  const invoke = (count: number) => {
    for (let invocation = 0; invocation < count; invocation++) {
      const requestId = `${performance.now()}-${invocation}`;
      const deadlineMs = Date.now() + 60_000;
      void handlers.invoke?.({ eventType: 'INVOKE', requestId, deadlineMs, invokedFunctionArn: '' }, { signal: NEVER });
      void handlers.telemetry?.(recordsOf(requestId));
    }
  };
  invoke(2_000);
  const spentMs = cpuTime();
  invoke(5_000);
  return spentMs() / 5_000;
}

/**
 * CPU time of samples in a process as small as the host. Where this user may, it sees itself alone, as an environment of Lambda has
 * few processes: each look at them costs their number.
 */
async function msPerSecond(kind: 'samples' | 'timer'): Promise<number> {
  const script = fileURLToPath(new URL('support/insights-sampling.ts', import.meta.url));
  const alone = process.getuid?.() === 0 ? ['unshare', '--pid', '--fork', '--mount-proc'] : [];
  const [file = '', ...args] = [...alone, process.execPath, script, kind];
  return Number((await execa(file, args)).stdout);
}

/** In MB. */
async function bareSignedPost(): Promise<number> {
  const script = fileURLToPath(new URL('floors/first-signed-post.cjs', import.meta.url));
  return Number((await execa(process.execPath, ['--max-semi-space-size=1', script])).stdout);
}

async function run(
  environment: Record<string, string>,
  modules: readonly string[] = [],
): Promise<{ durationMs: number; memoryMb: number }> {
  await using lambda = await startTelemetryLambda(environment, { modules });
  const { emulator, pid } = lambda;
  for (let invocation = 0; invocation < INVOCATIONS; invocation++) {
    await emulator.invoke({ lines: 0, forMs: 5 });
    await emulator.untilPhase('idle');
  }
  const durationsMs = emulator.telemetry.records
    .filter(({ type }) => type === 'platform.report')
    .map(({ record }) => (record as { metrics: { durationMs: number } }).metrics.durationMs);
  return { durationMs: spread(durationsMs.slice(SETTLED_AFTER)).median, memoryMb: memory(pid).anonymousMb };
}

const NEVER = new AbortController().signal;
const INVOCATIONS = 100;
/** The first invocations load and compile. */
const SETTLED_AFTER = 20;
