import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BASE_IMAGE, tagOf } from '../../scripts/image.ts';
import { type FunctionOptions, startFunction } from '../support/docker/container-function.ts';

const launcher = resolve(import.meta.dirname, '../../extensions/host/launcher.sh');
const recorder = resolve(import.meta.dirname, '../fixtures/modules/recorder.cjs');
const smallestExtension = resolve(import.meta.dirname, '../fixtures/extensions/smallest.mjs');
const ANOTHER = '/opt/extensions/smallest.mjs';
const recorderModule = { '/opt/lambda-node-extended/modules/recorder.cjs': recorder };

/** Where AWS's emulator is not as Lambda, its words are its own defect; ours has the documented ones. */
const awsEmulator = {
  registered: (name: string) =>
    new RegExp(`External agent ${name} \\(.*\\) registered, subscribed to \\[INVOKE SHUTDOWN\\]`),
  reasons: { stop: 'SandboxTerminated', exit: 'ReleaseFail', timeout: 'Timeout' },
  crashed: { status: 502, body: expect.objectContaining({ errorType: 'Runtime.ExitError' }) },
  timedOut: { status: 200, body: 'Task timed out after 4.00 seconds' },
};
const ourEmulator = {
  registered: (name: string) => new RegExp(`EXTENSION\\tName: ${name}\\tState: Ready\\tEvents: \\[INVOKE,SHUTDOWN\\]`),
  reasons: { stop: 'spindown', exit: 'failure', timeout: 'timeout' },
  crashed: { status: 200, body: expect.objectContaining({ errorType: 'Runtime.ExitError' }) },
  timedOut: {
    status: 200,
    body: expect.objectContaining({ errorMessage: expect.stringContaining('Task timed out after 4.00 seconds') }),
  },
};

const combined = {
  image: tagOf('extended'),
  executable: 'lambda-node-extended',
  withRecorder: recorderModule,
  environment: {},
};
const stages = [
  { stage: 'all extensions in one process, on AWS’s emulator', ...combined, emulator: awsEmulator },
  {
    stage: 'each extension in a process of its own, on AWS’s emulator',
    image: tagOf('extended-separate'),
    executable: 'secrets',
    withRecorder: { ...recorderModule, '/opt/extensions/recorder': launcher },
    environment: {},
    emulator: awsEmulator,
  },
  { stage: 'on our emulator, on demand', ...combined, image: tagOf('dev'), emulator: ourEmulator },
  {
    stage: 'on our emulator, with provisioned concurrency',
    ...combined,
    image: tagOf('dev'),
    environment: { AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency' },
    emulator: ourEmulator,
  },
];

describe.each(stages)('$stage', ({ image, executable, withRecorder, environment, emulator }) => {
  const start = (options: Partial<FunctionOptions>) =>
    startFunction({
      image,
      fixture: 'answers',
      executables: withRecorder,
      ...options,
      environment: { ...environment, ...options.environment },
    });

  it('registers under the name of its file, for INVOKE and SHUTDOWN', async () => {
    await using container = await start({});

    await container.invoke();

    const line = emulator.registered(executable);
    await container.writes(line);
    expect(container.output().match(new RegExp(line, 'g'))).toHaveLength(1);
  });

  it('gets each invocation once', async () => {
    await using container = await start({});

    const answers = [];
    for (const number of [1, 2, 3, 4, 5]) answers.push(await container.invoke({ number }));

    expect(answers.map(({ body }) => body)).toEqual([1, 2, 3, 4, 5].map((number) => ({ answered: { number } })));
    await container.writes(/^END RequestId/m, 5);
    expect(invokesRecorded(container.output())).toEqual(requestsStarted(container.output()));
    expect(requestsStarted(container.output())).toHaveLength(5);
  });

  it('gets SHUTDOWN on docker stop, and ends long before Lambda would kill it after 2 s', async () => {
    await using container = await start({});
    await container.invoke();

    const { tookMs, exitCode } = await container.stop();

    await container.writes(new RegExp(`${SPEAKER}shutdown ${emulator.reasons.stop}$`, 'm'));
    expect(exitCode).toBe(0);
    expect(tookMs).toBeLessThan(2_000);
  });

  // AWS's emulator counts INIT into the time-out, and a busy machine takes a second for it.
  it.each([
    {
      fixture: 'throws',
      failure: { status: 200, body: expect.objectContaining({ errorMessage: 'as told' }) },
      reason: undefined,
    },
    { fixture: 'exits', failure: emulator.crashed, reason: emulator.reasons.exit },
    { fixture: 'hangs', failure: emulator.timedOut, reason: emulator.reasons.timeout },
  ])('serves the next invocations after a handler $fixture', async ({ fixture, failure, reason }) => {
    await using container = await start({ fixture, environment: { AWS_LAMBDA_FUNCTION_TIMEOUT: '4' } });

    const before = await container.invoke();
    const failed = await container.invoke({ now: true });
    const after = [await container.invoke(), await container.invoke()];

    expect(failed).toEqual(failure);
    expect([before, ...after]).toEqual(Array(3).fill({ status: 200, body: 'fine' }));
    expect(shutdownsRecorded(container.output())).toEqual(reason ? [reason] : []);
  });

  it('is there when the first line of the function connects, in each of 50 starts', { timeout: 120_000 }, async () => {
    await using container = await start({ fixture: 'connects-first', executables: {} });

    const outcomes = [];
    let cancelled = 0;
    while (outcomes.length < 50 && cancelled < 5) {
      const { body } = await container.invoke();
      await container.invoke({ now: true });
      // AWS's emulator lets the next INIT begin when it sees the end of the last process of a reset environment, and cancels
      // all gates after that. On a busy machine these are the gates of the next INIT: the function did not start at all.
      const isCancelled = cancellationsOf(container.output()) > cancelled;
      if (isCancelled) cancelled = cancellationsOf(container.output());
      else outcomes.push(body);
    }

    expect(outcomes, container.output()).toEqual(Array(50).fill('connected'));
  });
});

describe('after a failed INIT', () => {
  const fixture = 'throws-in-first-init';

  it('Lambda tries again within the first invocation, as our emulator does', async () => {
    await using container = await startFunction({ image: tagOf('dev'), fixture });

    const answers = [await container.invoke(), await container.invoke()];

    expect(answers).toEqual(Array(2).fill({ status: 200, body: 'fine' }));
  });

  // It has not cleared its list of extensions (ErrAgentNameCollision), so that this try fails with any extension.
  it('AWS’s emulator loses the first invocation, with any extension, and serves the next', async () => {
    await using container = await startFunction({ image: tagOf('extended'), fixture });
    await using withAnother = await startFunction({
      fixture,
      image: BASE_IMAGE,
      executables: { [ANOTHER]: smallestExtension },
    });

    const first = await container.invoke();
    const firstWithAnother = await withAnother.invoke();
    const next = await container.invoke();

    const lost = { status: 502, body: expect.objectContaining({ errorMessage: 'in the first INIT' }) };
    expect([first, firstWithAnother]).toEqual([lost, lost]);
    for (const { output } of [container, withAnother]) expect(output()).toContain('ErrAgentNameCollision');
    expect(next).toEqual({ status: 200, body: 'fine' });
  });
});

describe('on managed instances', () => {
  it('asks for SHUTDOWN alone, and the function is served', async () => {
    await using container = await startFunction({
      image: tagOf('dev'),
      fixture: 'answers',
      executables: recorderModule,
      environment: { AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' },
    });

    const answers = await Promise.all([1, 2, 3].map((number) => container.invoke({ number })));
    await container.stop();

    expect(answers.map(({ body }) => body)).toEqual([1, 2, 3].map((number) => ({ answered: { number } })));
    await container.writes(/"name":"lambda-node-extended","state":"Ready","events":\["SHUTDOWN"\]/);
    await container.writes(/shutdown spindown/);
    expect(invokesRecorded(container.output())).toEqual([]);
  });
});

/** https://github.com/aws/aws-lambda-runtime-interface-emulator/blob/develop/internal/lambda/rapid/handlers.go, `watchEvents` */
function cancellationsOf(output: string): number {
  return output.match(/ErrGateCanceled/g)?.length ?? 0;
}

function requestsStarted(output: string): (string | undefined)[] {
  return [...output.matchAll(/^START RequestId: (\S+)/gm)].map(([, requestId]) => requestId);
}

function invokesRecorded(output: string): (string | undefined)[] {
  return [...output.matchAll(new RegExp(`${SPEAKER}invoke (\\S+)$`, 'gm'))].map(([, requestId]) => requestId);
}

function shutdownsRecorded(output: string): (string | undefined)[] {
  return [...output.matchAll(new RegExp(`${SPEAKER}shutdown (\\S+)$`, 'gm'))].map(([, reason]) => reason);
}

/** Our emulator says who wrote a line. */
const SPEAKER = String.raw`^(?:\[\S+\] )?`;
