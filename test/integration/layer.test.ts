import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { layerEntries, zipEntries } from '../../project/index.ts';
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

const zipLayer = () => zipEntries(layerEntries(optFolder, readFileSync(SUPERVISOR)));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'layer-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('serves secrets where Lambda unpacks it for a function in a zip file', async () => {
  await using aws = await startAwsServer(healthy);
  writeFileSync(join(folder, 'index.mjs'), FUNCTION);
  await unzip(await zipLayer(), join(folder, 'opt'));
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
  const project = JSON.stringify(resolve(import.meta.dirname, '../../project/index.ts'));
  const script = `
    const { layerEntries, zipEntries } = await import(${project});
    const supervisor = (await import('node:fs')).readFileSync(${JSON.stringify(SUPERVISOR)});
    const zip = await zipEntries(layerEntries(${JSON.stringify(optFolder)}, supervisor));
    console.log((await import('node:crypto')).hash('sha256', zip));`;
  const hashIn = (TZ: string) => execa(process.execPath, ['--input-type=module', '--eval', script], { env: { TZ } });

  const runs = await Promise.all(['UTC', 'Asia/Tokyo', 'America/St_Johns'].map(hashIn));

  const hashes = new Set(runs.map(({ stdout }) => stdout));
  expect([...hashes]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
});

it('has what may be executed, links, and no code that fits one Node.js only', async () => {
  const entries = await unzip(await zipLayer(), join(folder, 'opt'));

  const special = entries.filter(({ mode }) => mode !== 0o100644);
  expect(special.map(({ path, mode }) => [path, mode.toString(8)])).toEqual([
    ['bin/with-secrets', '120777'],
    ['extensions/lambda-node-extended', '100755'],
    ['lambda-node-extended/entrypoint', '120777'],
  ]);
  expect(entries.filter(({ path }) => path.endsWith('.cache'))).toEqual([]);
  expect(entries.map(({ path }) => path)).toContain('lambda-node-extended/THIRD-PARTY-NOTICES.txt');
});
