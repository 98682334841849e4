import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../emulator/index.ts';
import { optFolder } from '../test/support/lambda/host-process.ts';
import { processesWith } from '../test/support/lambda/process-memory.ts';
import { answerJson, aSecret, startAwsServer } from '../test/support/servers/aws-server.ts';
import type { Benchmark } from './support/benchmark.ts';
import { cpuMs } from './support/proc.ts';
import { floor, spread } from './support/statistics.ts';

/** The CPU time of supervisor and host for the first read in a restored environment, beside a later read that finds nothing in memory either. */
export const snapstart: Benchmark = {
  name: 'snapstart',
  title: 'First read after a restore',

  async measure({ rounds }) {
    const first: number[] = [];
    const later: number[] = [];
    for (let round = 0; round < rounds(15); round++) {
      const measured = await readTwice();
      first.push(measured.first);
      later.push(measured.later);
    }
    return {
      kind: 'measured',
      measurements: [
        {
          what: 'CPU time of the extensions for the first read after the restore',
          unit: 'ms',
          ours: spread(first),
          floors: { 'a later miss': floor(first, later) },
        },
        {
          what: 'added to a later miss',
          unit: 'ms',
          ours: spread(first.map((ms, round) => ms - (later[round] ?? Number.NaN))),
        },
      ],
    };
  },
};

async function readTwice(): Promise<{ first: number; later: number }> {
  await using aws = await startAwsServer((_call, response) => answerJson(response, 200, aSecret()));
  const folder = mkdtempSync(join(tmpdir(), 'snapstart-'));
  writeFileSync(join(folder, 'index.mjs'), READS);
  try {
    await using emulator = await startEmulator({
      functionDir: folder,
      optDir: optFolder,
      initializationType: 'snap-start',
      environment: { AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: aws.url },
    });
    await emulator.untilPhase('snapshot');
    await emulator.restore();
    const [supervisor] = processesWith(`AWS_LAMBDA_RUNTIME_API=${emulator.runtimeApi}`).filter(({ command }) =>
      /\/extensions\/lambda-node-extended $/.test(command),
    );
    if (supervisor === undefined) throw new Error('There is no supervisor to measure');
    const measure = async (id: string) => {
      const before = cpuMs(supervisor.pid);
      await emulator.invoke({ id });
      await emulator.untilPhase('idle');
      return cpuMs(supervisor.pid) - before;
    };
    return { first: await measure('first'), later: await measure('later') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const READS = `
  const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port = 2773, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = process.env;
  export const handler = async ({ id }) => {
    const url = 'http://localhost:' + port + '/secretsmanager/get?secretId=' + id;
    return (await fetch(url, { headers: { 'X-Aws-Parameters-Secrets-Token': token } })).status;
  };`;
