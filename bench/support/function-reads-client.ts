/** `node function-reads-client.ts NUMBER` reads as a function would, under names with that number, and prints `FunctionReads`. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { getSecret } from '../../client/index.ts';

export interface FunctionReads {
  /** A repeated read. */
  memoryUs: number;
  /** What the language needs to await a value that is there already. */
  promiseUs: number;
  /** First reads of different secrets, alternately through the extension and by the SDK. */
  missMs: number[];
  directMs: number[];
}

const READS = 200_000;
const MISSES = 60;
const prefix = `secret-${process.argv[2]}`;

const sdk = new SecretsManagerClient();
const byExtension = (id: string) => getSecret(id);
const bySdk = (id: string) => sdk.send(new GetSecretValueCommand({ SecretId: id }));
for (let read = 0; read < 10; read++) {
  await byExtension(`${prefix}-warm-${read}`);
  await bySdk(`${prefix}-warm-${read}`);
}

const missMs: number[] = [];
const directMs: number[] = [];
for (let read = 0; read < MISSES; read++) {
  missMs.push(await timed(() => byExtension(`${prefix}-${read}`)));
  directMs.push(await timed(() => bySdk(`${prefix}-${read}`)));
}

const memoryUs = await perRead(() => getSecret('bench-0000', { maxAgeSeconds: 300 }));
const promiseUs = await perRead(() => Promise.resolve('a secret'));
const result: FunctionReads = { memoryUs, promiseUs, missMs, directMs };
console.log(JSON.stringify(result));
process.exit(0);

async function timed(read: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await read();
  return performance.now() - startedAtMs;
}

async function perRead(read: () => Promise<unknown>): Promise<number> {
  for (let warm = 0; warm < READS / 10; warm++) await read();
  const startedAtMs = performance.now();
  for (let count = 0; count < READS; count++) await read();
  return ((performance.now() - startedAtMs) * 1_000) / READS;
}
