import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { cacheFileOf, loadedBundles, loadWithCodeCache } from './code-cache.ts';

/**
 * Keeps what V8 compiles of the AWS SDK until the first answers. To be run by the Node.js that will run the host; with
 * `--random-seed=1` the bytes are the same each time.
 */
export async function writeCodeCache(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) if (name.endsWith(cacheFileOf(''))) rmSync(join(folder, name));
  await callOnce(loadWithCodeCache(join(folder, 'aws-sdk.cjs')).exports as AwsSdk);
  for (const [file, { script }] of loadedBundles) writeFileSync(cacheFileOf(file), script.createCachedData());
}

/** Functions that nobody has called are not in the cache. */
async function callOnce({ createClientOptions, ...sdk }: AwsSdk): Promise<void> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, JSON_TYPE).end(JSON.stringify(ANSWER)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const options = {
    ...createClientOptions({
      region: 'eu-central-1',
      containerCredentials: undefined,
      roleArn: undefined,
      role: {},
      proxy: undefined,
      proxyEnvironment: {},
      maxConnections: 1,
      clock: { wallMs: () => Date.now() },
      onAnswered: () => undefined,
    }),
    credentials: async () => ({ accessKeyId: 'none', secretAccessKey: 'none', sessionToken: 'none' }),
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  await new sdk.SecretsManagerClient(options).send(new sdk.GetSecretValueCommand({ SecretId: 'a' }));
  await new sdk.SSMClient(options).send(new sdk.GetParameterCommand({ Name: 'a' }));
  server.closeAllConnections();
  server.close();
}

type AwsSdk = typeof import('../sdk/aws-sdk.ts');

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };
const ANSWER = {
  Name: 'a',
  ARN: 'a',
  CreatedDate: 1.5,
  SecretString: 'a',
  VersionId: 'a',
  VersionStages: ['AWSCURRENT'],
  Parameter: { Name: 'a', Type: 'String', Value: 'a', Version: 1, LastModifiedDate: 1.5, ARN: 'a', DataType: 'text' },
};
