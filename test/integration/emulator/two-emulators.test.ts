import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmulator } from '../../../emulator/index.ts';
import { optFolder } from '../../support/lambda/host-process.ts';

const FUNCTION = `
  const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port = 2773, AWS_SESSION_TOKEN: token } = process.env;
  export const handler = async () => {
    const url = 'http://localhost:' + port + '/secretsmanager/get?secretId=whose';
    const response = await fetch(url, { headers: { 'X-Aws-Parameters-Secrets-Token': token } });
    return (await response.json()).SecretString;
  };`;

it('two functions on one machine read their own secrets, on the usual ports if those are free', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'two-'));
  writeFileSync(join(folder, 'index.mjs'), FUNCTION);
  const start = (whose: string) => {
    const values = join(folder, `${whose}.json`);
    writeFileSync(values, JSON.stringify({ whose }));
    return startEmulator({
      functionDir: folder,
      optDir: optFolder,
      timeoutMs: 30_000,
      environment: { SECRETS_LOCAL_FILE: values },
    });
  };
  await using first = await start('first');
  await using second = await start('second');

  const answers = [await first.invoke(), await second.invoke(), await first.invoke()];

  expect(answers.map((answer) => answer.payload)).toEqual(['"first"', '"second"', '"first"']);
  const hints = second.lines.filter(({ source }) => source === 'hint').map(({ text }) => text);
  expect(hints).toEqual([expect.stringMatching(/^Ports? .*2773.* in use.*PARAMETERS_SECRETS_EXTENSION_HTTP_PORT=\d+/)]);
  rmSync(folder, { recursive: true });
}, 60_000);
