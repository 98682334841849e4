import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parameter, parameterPath, secret, type Wanted } from '../../../aws-call/wanted.ts';
import { explainAwsError } from '../../sdk/index.ts';
import { secretsMetrics } from '../metrics.ts';
import { localFileSource } from './local-file.ts';

const { signal } = new AbortController();

function setUp(content: string) {
  const folder = mkdtempSync(join(tmpdir(), 'local-'));
  const file = join(folder, 'values');
  writeFileSync(file, content);
  const source = localFileSource(file, secretsMetrics());
  return {
    file,
    read: async (wanted: Wanted) => JSON.parse(String(await source.fetch(wanted, signal))),
    source,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

it('reads secrets and parameters of a JSON file, with the fields AWS would send', async () => {
  using local = setUp('{"prod/db":{"password":"x"},"plain":"text","/app/key":"v"}');

  expect(await local.read(secret('prod/db'))).toMatchObject({
    Name: 'prod/db',
    SecretString: '{"password":"x"}',
    VersionStages: ['AWSCURRENT'],
  });
  expect(await local.read(secret('plain'))).toMatchObject({ SecretString: 'text' });
  expect(await local.read(parameter('/app/key'))).toMatchObject({ Parameter: { Name: '/app/key', Value: 'v' } });
});

it('reads dotenv lines', async () => {
  using local = setUp('# of my laptop\nAPI_KEY="a b"\n');

  expect(await local.read(secret('API_KEY'))).toMatchObject({ SecretString: 'a b' });
});

it('finds values by the ARN it gave them', async () => {
  using local = setUp('{"a":"1","/p":"2"}');
  const { ARN: secretArn } = await local.read(secret('a'));
  const { ARN: parameterArn } = (await local.read(parameter('/p'))).Parameter;

  expect(await local.read(secret(secretArn))).toMatchObject({ ARN: secretArn, Name: 'a', SecretString: '1' });
  expect(await local.read(parameter(parameterArn))).toMatchObject({
    Parameter: { ARN: parameterArn, Name: '/p', Value: '2' },
  });
});

it('names the file that is not JSON, and quotes nothing of it', async () => {
  using local = setUp('{"password":"hunter2",}');

  const error = await local.read(secret('password')).catch((thrown: unknown) => thrown);

  const { message } = explainAwsError(error);
  expect(message).toContain(local.file);
  expect(message).not.toContain('hunter2');
});

it.each([
  [false, ['/app/a']],
  [true, ['/app/a', '/app/b/c']],
])('lists parameters below a path, recursive %s', async (recursive, names) => {
  using local = setUp('{"/app/a":"1","/app/b/c":"2","/apple":"3"}');

  const { Parameters } = await local.read(parameterPath('/app/', { recursive }));

  expect(Parameters.map(({ Name }: { Name: string }) => Name)).toEqual(names);
});

it('sees a change on disk', async () => {
  using local = setUp('{"a":"1"}');
  await local.read(secret('a'));

  writeFileSync(local.file, '{"a":"2"}');
  utimesSync(local.file, new Date(), new Date(Date.now() + 5_000));

  expect(await local.read(secret('a'))).toMatchObject({ SecretString: '2' });
});

it('answers as AWS does for what it lacks', async () => {
  using local = setUp('{}');

  await expect(local.read(secret('a'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(local.read(parameter('/a'))).rejects.toMatchObject({ name: 'ParameterNotFound' });
});
