import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { answerJson, aSecret, startAwsServer } from '../support/aws-server.ts';
import { freePort } from '../support/free-port.ts';
import { optFolder } from '../support/host-process.ts';
import { copyOpt } from '../support/opt-copy.ts';

/** `npm run proof` sets more. */
const STARTS = Number(process.env.PROOF_STARTS ?? 50);
const isBuilt = readFileSync(join(optFolder, 'extensions/lambda-node-extended')).subarray(1, 4).toString() === 'ELF';

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

async function startLambda(options: Partial<EmulatorOptions> = {}, modules: readonly string[] = []) {
  const opt = copyOpt(modules);
  if (modules.length > 0) {
    execFileSync(process.execPath, [join(opt.folder, 'lambda-node-extended/host.cjs'), '--write-manifest']);
  }
  const aws = await startAwsServer((_call, response) => answerJson(response, 200, aSecret()));
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

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

describe.runIf(isBuilt)('an environment with the supervisor', () => {
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

  it('goes on when its host is killed between invocations and in one, and the function does not notice', async () => {
    await using lambda = await startLambda({ freeze: false });
    await lambda.emulator.invoke({ reads: true });

    process.kill(lambda.hostPid() ?? 0, 'SIGKILL');
    await lambda.emulator.untilLine(({ text }) => text.includes('was ended by signal 9'));
    const between = await lambda.emulator.invoke({ reads: true });
    const running = lambda.emulator.invoke({ burnsMs: 500 });
    process.kill(lambda.hostPid() ?? 0, 'SIGKILL');
    const answers = [between, await running, await lambda.emulator.invoke({ reads: true })];

    expect(answers.map(({ functionError }) => functionError)).toEqual([undefined, undefined, undefined]);
    expect(answers.map((answer) => answer.json())).toEqual([200, 'connected', 200]);
    expect(lambda.said()).toHaveLength(2);
  });

  it('lives through a freeze while its host boots, and between invocations', async () => {
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

const CPU_CGROUP = '/sys/fs/cgroup/cpu/lambda-node-extended-test';

describe.runIf(isBuilt && canLimitCpu())('an environment of 128 MB, which gets 0.07 of a CPU', () => {
  it('keeps its host while the function burns all of that and the host loads the SDK and takes 1 MB of telemetry', async () => {
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
    const delivered = await fetch(`http://127.0.0.1:${telemetryPort}`, {
      method: 'POST',
      body,
    });

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
