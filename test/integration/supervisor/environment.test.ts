import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../../emulator/index.ts';
import { deliveryUrlOfEmulator } from '../../support/lambda/delivery-url.ts';
import { copyOpt } from '../../support/lambda/opt-copy.ts';
import { isSupervisorBuilt } from '../../support/lambda/supervised.ts';
import { type AwsAnswer, answerJson, aSecret, startAwsServer } from '../../support/servers/aws-server.ts';
import { freePort } from '../../support/servers/free-port.ts';

/** `npm run proof` sets more. */
const STARTS = Number(process.env.PROOF_STARTS ?? 50);

/** Connects in its first line, and reads a secret when the event says so. */
const FUNCTION = `
  import { connect } from 'node:net';
  const port = process.env.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT;
  const first = await new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => { socket.destroy(); resolve('connected'); });
    socket.on('error', (error) => resolve(error.code));
  });
  export const handler = async ({ reads, burnsMs = 0 }) => {
    const until = Date.now() + burnsMs;
    while (Date.now() < until);
    if (!reads) return first;
    const headers = { 'X-Aws-Parameters-Secrets-Token': process.env.AWS_SESSION_TOKEN };
    const answer = await fetch('http://127.0.0.1:' + port + '/secretsmanager/get?secretId=prod/db', { headers });
    return answer.status;
  };`;

async function startLambda(
  options: Partial<EmulatorOptions> = {},
  modules: readonly string[] = [],
  answer: AwsAnswer = (_call, response) => answerJson(response, 200, aSecret()),
) {
  const opt = copyOpt(modules);
  if (modules.length > 0) {
    execFileSync(process.execPath, [join(opt.folder, 'lambda-node-extended/host.cjs'), '--write-manifest']);
  }
  const aws = await startAwsServer(answer);
  const folder = mkdtempSync(join(tmpdir(), 'function-'));
  writeFileSync(join(folder, 'index.mjs'), FUNCTION);
  const emulator = await startEmulator({
    functionDir: folder,
    optDir: opt.folder,
    timeoutMs: 20_000,
    ...options,
    environment: {
      AWS_ENDPOINT_URL: aws.url,
      AWS_SESSION_TOKEN: 't',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
      ...options.environment,
    },
  });
  return {
    emulator,
    hostPid: () => processesWith('host.cjs', emulator.runtimeApi)[0],
    async untilHostRuns() {
      while (processesWith('host.cjs', emulator.runtimeApi).length === 0) await new Promise(setImmediate);
    },
    said: () => emulator.lines.filter(({ text }) => text.includes('[supervisor]')).map(({ text }) => text),
    async [Symbol.asyncDispose]() {
      await emulator.close();
      await aws[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
      opt[Symbol.dispose]();
    },
  };
}

/** Processes of this environment whose command line has that word. */
function processesWith(word: string, runtimeApi: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => textOf(`/proc/${pid}/cmdline`).includes(word))
    .filter((pid) => textOf(`/proc/${pid}/environ`).includes(`AWS_LAMBDA_RUNTIME_API=${runtimeApi}\0`))
    .map(Number);
}

/** It may have ended since it was listed. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

describe.runIf(isSupervisorBuilt)('an environment with the supervisor', () => {
  it(
    `refuses no connection of a function that connects first of all, in ${STARTS} starts`,
    async () => {
      await using lambda = await startLambda();

      const outcomes = new Set<unknown>();
      for (let start = 0; start < STARTS; start++) {
        outcomes.add((await lambda.emulator.invoke({})).json());
        await lambda.emulator.shutdown();
      }

      expect(outcomes).toEqual(new Set(['connected']));
    },
    STARTS * 2_000,
  );

  it.each(['auto', 'on-demand', 'after-next'])('serves the function when EXTENSIONS_START is %s', async (policy) => {
    await using lambda = await startLambda({ environment: { EXTENSIONS_START: policy } });

    const answers = [await lambda.emulator.invoke({ reads: true }), await lambda.emulator.invoke({ reads: true })];

    expect(answers.map((answer) => answer.json())).toEqual([200, 200]);
    expect(lambda.said()).toEqual([]);
  });

  it('serves the function on managed instances', async () => {
    await using lambda = await startLambda({ initializationType: 'lambda-managed-instances' });

    expect((await lambda.emulator.invoke({ reads: true })).json()).toBe(200);
  });

  it('goes on when its host is killed between or during invocations, and the function is unaffected', async () => {
    await using lambda = await startLambda({ freeze: false });
    await lambda.emulator.invoke({ reads: true });

    process.kill(lambda.hostPid() ?? 0, 'SIGKILL');
    await lambda.emulator.untilLine(({ text }) => text.includes('was terminated by signal 9'));
    const between = await lambda.emulator.invoke({ reads: true });
    const running = lambda.emulator.invoke({ burnsMs: 500 });
    process.kill(lambda.hostPid() ?? 0, 'SIGKILL');
    const answers = [between, await running, await lambda.emulator.invoke({ reads: true })];

    expect(answers.map(({ functionError }) => functionError)).toEqual([undefined, undefined, undefined]);
    expect(answers.map((answer) => answer.json())).toEqual([200, 'connected', 200]);
    expect(lambda.said()).toHaveLength(2);
  });

  it('survives a freeze while its host boots, and between invocations', async () => {
    await using lambda = await startLambda({ environment: { EXTENSIONS_START: 'after-next' } });

    // Frozen at once after each invocation, so also in the middle of the boot.
    for (let invocation = 0; invocation < 5; invocation++) await lambda.emulator.invoke({});
    const frozenUntil = performance.now() + 1_500;
    while (performance.now() < frozenUntil) await new Promise((resolve) => setTimeout(resolve, 50));

    expect((await lambda.emulator.invoke({ reads: true })).json()).toBe(200);
    expect(lambda.said()).toEqual([]);
  });

  it('shuts down within its time, with its host or without', async () => {
    await using lambda = await startLambda();

    for (const reads of [false, true]) {
      await lambda.emulator.invoke({ reads });
      await lambda.emulator.shutdown();
    }

    const ends = lambda.emulator.timeline
      .filter(({ name }) => name === 'exited' || name === 'timer')
      .map(({ detail }) => detail);
    expect(ends).toEqual(['runtime', 'lambda-node-extended', 'runtime', 'lambda-node-extended']);
  });
});

describe.runIf(isSupervisorBuilt).concurrent('an environment that is frozen for longer than any bound', () => {
  /** No answer to a PING, nor a boot, may take ten seconds. */
  const LONG_MS = 11_000;
  /** At once, where the emulator would wait for the end of the phase as Lambda does. */
  const freezeFor = async ({ emulator }: Awaited<ReturnType<typeof startLambda>>, ms: number) => {
    const pids = processesWith('', emulator.runtimeApi);
    for (const pid of pids) signal(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    for (const pid of pids) signal(pid, 'SIGCONT');
  };

  it('while its host starts for a caller that waits', async () => {
    await using lambda = await startLambda({ freeze: false });
    const answer = lambda.emulator.invoke({ reads: true });
    await lambda.untilHostRuns();

    await freezeFor(lambda, LONG_MS);

    expect((await answer).json()).toBe(200);
    expect(lambda.said()).toEqual([]);
  });

  it('while its host starts beside the function, and before it is ready', async () => {
    await using lambda = await startLambda({ freeze: false, environment: { EXTENSIONS_START: 'after-next' } });
    const first = lambda.emulator.invoke({});
    await lambda.untilHostRuns();

    await freezeFor(lambda, LONG_MS);

    expect((await first).json()).toBe('connected');
    expect((await lambda.emulator.invoke({ reads: true })).json()).toBe(200);
    expect(lambda.said()).toEqual([]);
  });

  it('while a caller waits for AWS, which answers meanwhile', async () => {
    const asked = Promise.withResolvers<() => void>();
    // The call to AWS itself has a time-out by the clock.
    const environment = { SECRETS_MANAGER_TIMEOUT_MILLIS: '60000' };
    await using lambda = await startLambda({ freeze: false, environment }, [], (_call, response) =>
      asked.resolve(() => answerJson(response, 200, aSecret())),
    );
    const answer = lambda.emulator.invoke({ reads: true });
    const answerFromAws = await asked.promise;

    const frozen = freezeFor(lambda, LONG_MS);
    answerFromAws();
    await frozen;

    expect((await answer).json()).toBe(200);
    expect(lambda.said()).toEqual([]);
  });

  it('while telemetry is delivered', async () => {
    const telemetryPort = await freePort();
    await using lambda = await startLambda(
      { freeze: false, environment: { EXTENSIONS_TELEMETRY_PORT: String(telemetryPort) } },
      ['collector.cjs'],
    );
    await lambda.emulator.invoke({ reads: true });
    const record = { time: '2026-01-01T00:00:00.000Z', type: 'function', record: 'x'.repeat(10_000) };
    const body = JSON.stringify([record]);
    const url = deliveryUrlOfEmulator(lambda.emulator);
    const delivery = request(url, { method: 'POST', headers: { 'content-length': body.length } });
    const answered = once(delivery, 'response');
    await new Promise<void>((resolve) => delivery.write(body.slice(0, 5_000), () => resolve()));

    await freezeFor(lambda, LONG_MS);
    delivery.end(body.slice(5_000));

    const [response] = await answered;
    expect(response.statusCode).toBe(200);
    expect((await lambda.emulator.invoke({ reads: true })).json()).toBe(200);
    expect(lambda.said()).toEqual([]);
  });

  it('while it shuts down: its deadline is wall time', async () => {
    await using lambda = await startLambda({ freeze: false });
    await lambda.emulator.invoke({ reads: true });

    const ended = lambda.emulator.shutdown();
    await freezeFor(lambda, 1_000);
    await ended;

    const ends = lambda.emulator.timeline.filter(({ name }) => name === 'exited' || name === 'timer');
    expect(ends.map(({ detail }) => detail)).toContain('lambda-node-extended');
    expect(lambda.said()).toEqual([]);
  });
});

const CPU_CGROUP = '/sys/fs/cgroup/cpu/lambda-node-extended-test';

describe.runIf(isSupervisorBuilt && canLimitCpu())('an environment of 128 MB, which gets 0.07 of a CPU', () => {
  it('does not kill its host while the function uses all CPU, and the host loads the SDK and receives 1 MB of telemetry', async () => {
    const telemetryPort = await freePort();
    await using lambda = await startLambda(
      {
        freeze: false,
        initLimitMs: 120_000,
        timeoutMs: 120_000,
        environment: { EXTENSIONS_START: 'after-next', EXTENSIONS_TELEMETRY_PORT: String(telemetryPort) },
      },
      ['collector.cjs'],
    );
    await lambda.emulator.invoke({});
    limitCpu(processesWith('', lambda.emulator.runtimeApi));

    const invocation = lambda.emulator.invoke({ reads: true, burnsMs: 4_000 });
    const record = { time: '2026-01-01T00:00:00.000Z', type: 'function', record: 'x'.repeat(1_000) };
    const body = JSON.stringify(Array.from({ length: 1_000 }, () => record));
    await lambda.untilHostRuns();
    const url = deliveryUrlOfEmulator(lambda.emulator);
    const delivered = await fetch(url, { method: 'POST', body });

    expect((await invocation).json()).toBe(200);
    expect(delivered.status).toBe(200);
    expect(lambda.said().filter((line) => line.includes('the host'))).toEqual([]);
  }, 180_000);
});

/** Whether this is root on a machine with cgroups of version 1 that may be written. */
function canLimitCpu(): boolean {
  try {
    mkdirSync(CPU_CGROUP, { recursive: true });
    writeFileSync(join(CPU_CGROUP, 'cpu.cfs_quota_us'), '7000');
    return true;
  } catch {
    return false;
  }
}

function limitCpu(pids: readonly number[]): void {
  for (const pid of pids) writeFileSync(join(CPU_CGROUP, 'cgroup.procs'), String(pid));
}
