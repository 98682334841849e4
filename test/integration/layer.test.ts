import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { zipLayer } from '../../scripts/layer.ts';
import { optFolder } from '../support/lambda/host-process.ts';
import { healthy } from '../support/lambda/secrets-extension.ts';
import { unzip } from '../support/lambda/unzip.ts';
import { startAwsServer } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';

const SUPERVISOR = join(optFolder, 'extensions/lambda-node-extended');
const FUNCTION = `
  export const handler = async () => {
    const port = process.env.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT;
    const headers = { 'X-Aws-Parameters-Secrets-Token': process.env.AWS_SESSION_TOKEN };
    const response = await fetch('http://localhost:' + port + '/secretsmanager/get?secretId=s', { headers });
    return (await response.json()).SecretString;
  };`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'layer-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('serves secrets where Lambda unpacks it for a function in a zip file', async () => {
  await using aws = await startAwsServer(healthy);
  writeFileSync(join(folder, 'index.mjs'), FUNCTION);
  await unzip(await zipLayer(optFolder, SUPERVISOR), join(folder, 'opt'));
  await using emulator = await startEmulator({
    functionDir: folder,
    optDir: join(folder, 'opt'),
    environment: {
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
      AWS_ENDPOINT_URL: aws.url,
      AWS_SESSION_TOKEN: 't',
    },
  });

  const answer = await emulator.invoke();

  expect(answer.json()).toEqual(expect.any(String));
});

it('has the same bytes in every time zone', async () => {
  const zone = process.env.TZ;
  const zips: Buffer[] = [];
  for (const other of ['UTC', 'Asia/Tokyo', 'America/St_Johns']) {
    process.env.TZ = other;
    zips.push(await zipLayer(optFolder, SUPERVISOR));
  }
  process.env.TZ = zone;

  expect(zips.map((zip) => zip.equals(zips[0] as Buffer))).toEqual([true, true, true]);
});

it('has what may be executed, links, and no code that fits one Node.js only', async () => {
  const entries = await unzip(await zipLayer(optFolder, SUPERVISOR), join(folder, 'opt'));

  const special = entries.filter(({ mode }) => mode !== 0o100644);
  expect(special.map(({ path, mode }) => [path, mode.toString(8)])).toEqual([
    ['bin/with-secrets', '120777'],
    ['extensions/lambda-node-extended', '100755'],
    ['lambda-node-extended/entrypoint', '120777'],
  ]);
  expect(entries.filter(({ path }) => path.endsWith('.cache'))).toEqual([]);
  expect(entries.map(({ path }) => path)).toContain('lambda-node-extended/THIRD-PARTY-NOTICES.txt');
});
