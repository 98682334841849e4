import { setTimeout as sleep } from 'node:timers/promises';
import { answerJson, aSecret, startAwsServer } from '../test/support/servers/aws-server.ts';
import { freePort } from '../test/support/servers/free-port.ts';
import type { Benchmark } from './support/benchmark.ts';
import { startExtension } from './support/extension-process.ts';
import { readSecret } from './support/servers.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { extension } from './support/subjects.ts';

const NAMES = Array.from({ length: 20 }, (_, number) => `secret-${number}`);
/** About as long as AWS takes in the same region. */
const UPSTREAM_MS = 15;
/** Of the function, after the extensions have registered. */
const FUNCTION_START_MS = 200;

/** Twenty secrets that a function reads at once when it has started, listed in SECRETS_PREFETCH or not. */
export const prefetch: Benchmark = {
  name: 'prefetch',
  title: `Prefetch of ${NAMES.length} secrets, AWS answering after ${UPSTREAM_MS} ms`,

  async measure({ rounds }) {
    const atOnce = await interleave(rounds(9), { listed: () => readAll(true, 0), unlisted: () => readAll(false, 0) });
    const later = await interleave(rounds(9), {
      listed: () => readAll(true, FUNCTION_START_MS),
      unlisted: () => readAll(false, FUNCTION_START_MS),
    });
    const row = (what: string, { listed, unlisted }: Record<'listed' | 'unlisted', number[]>) =>
      ({ what, unit: 'ms', ours: spread(listed), floors: { 'not listed': floor(listed, unlisted) } }) as const;
    return {
      kind: 'measured',
      measurements: [
        row('read right after the first /next', atOnce),
        row(`read ${FUNCTION_START_MS} ms after it`, later),
      ],
    };
  },
};

async function readAll(isListed: boolean, functionStartMs: number): Promise<number> {
  await using upstream = await startAwsServer(({ operation, input }, response) => {
    const secretOf = (Name: unknown) => aSecret({ Name, ARN: `arn:aws:secretsmanager:${Name}` });
    const ids = input.SecretIdList as string[] | undefined;
    const answer = operation === 'GetSecretValue' ? secretOf(input.SecretId) : { SecretValues: ids?.map(secretOf) };
    setTimeout(() => answerJson(response, 200, answer), UPSTREAM_MS);
  });
  const port = await freePort();
  const environment = isListed ? { SECRETS_PREFETCH: NAMES.join() } : {};
  await using _process = await startExtension(extension({ port, endpoint: upstream.url, environment }));
  await sleep(functionStartMs);

  const startedAtMs = performance.now();
  await Promise.all(NAMES.map((name) => readSecret(port, name)));
  return performance.now() - startedAtMs;
}
