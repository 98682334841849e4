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

it.each([
  ['prod/db', 'prod/db'],
  ['arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf', 'prod/db'],
  ['arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db', 'prod/db'],
  ['arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:prod/db-a1B2c3', 'prod/db'],
  ['my-secret', 'my-secret'],
  ['arn:aws:secretsmanager:eu-central-1:123456789012:secret:my-secret', 'my-secret'],
  ['arn:aws:secretsmanager:eu-central-1:123456789012:secret:my-secret-AbCdEf', 'my-secret'],
  ['by/arn', 'by/arn'],
  ['arn:aws:secretsmanager:us-east-1:1:secret:by/arn-XyZ123', 'by/arn'],
])('finds a secret by the id %s', async (id, name) => {
  using local = setUp(
    '{"prod/db":"prod/db","my-secret":"my-secret","arn:aws:secretsmanager:us-east-1:1:secret:by/arn-XyZ123":"by/arn"}',
  );

  const { Name, SecretString, ARN } = await local.read(secret(id));

  expect({ Name, SecretString }).toEqual({ Name: name, SecretString: name });
  if (id.startsWith('arn:')) expect(ARN).toBe(id);
});

it.each([
  ['/app/flag', '/app/flag', null, 1],
  ['/app/flag:1', '/app/flag', ':1', 1],
  ['/app/flag:7', '/app/flag', ':7', 7],
  ['/app/flag:live', '/app/flag', ':live', 1],
  ['arn:aws:ssm:eu-central-1:123456789012:parameter/app/flag', '/app/flag', null, 1],
  ['arn:aws:ssm:eu-central-1:123456789012:parameter/app/flag:3', '/app/flag', ':3', 3],
  ['plain', 'plain', null, 1],
  ['plain:2', 'plain', ':2', 2],
  ['arn:aws:ssm:eu-central-1:123456789012:parameter/plain', 'plain', null, 1],
])('finds a parameter by the name %s', async (name, expected, Selector, Version) => {
  using local = setUp('{"/app/flag":"/app/flag","plain":"plain"}');

  const { Parameter } = await local.read(parameter(name));

  expect(Parameter).toMatchObject({ Name: expected, Value: expected, Selector, Version });
  expect(Parameter.ARN).toMatch(/:parameter\/(app\/flag|plain)$/);
});

it('finds the version or label that the caller names', async () => {
  using local = setUp('{"/p":"v"}');

  const { Parameter } = await local.read(parameter('/p', { selector: 'live' }));

  expect(Parameter).toMatchObject({ Name: '/p', Value: 'v', Selector: ':live' });
});

it('gives a secret through Systems Manager, as AWS does', async () => {
  using local = setUp('{"prod/db":{"password":"x"}}');
  const name = '/aws/reference/secretsmanager/prod/db';

  const { Parameter } = await local.read(parameter(name, { withDecryption: true }));

  const { ARN } = await local.read(secret('prod/db'));
  expect(Parameter).toMatchObject({ ARN, Name: name, Type: 'SecureString', Value: '{"password":"x"}', Version: 0 });
  expect(JSON.parse(Parameter.SourceResult)).toMatchObject({ ARN, name: 'prod/db', secretString: '{"password":"x"}' });
  await expect(local.read(parameter(name))).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(
    local.read(parameter('/aws/reference/secretsmanager/none', { withDecryption: true })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it.each([
  ['JSON', '\uFEFF{"a":"1"}'],
  ['dotenv', '\uFEFFa=1\n'],
])('reads %s that begins with a byte order mark', async (_format, content) => {
  using local = setUp(content);

  expect(await local.read(secret('a'))).toMatchObject({ SecretString: '1' });
});

it('keeps numbers as they stand in the file', async () => {
  const db = '{"id":12345678901234567890,"price":1.10}';
  using local = setUp(`{"db":${db},"/limit":1.50}`);

  expect(await local.read(secret('db'))).toMatchObject({ SecretString: db });
  expect((await local.read(parameter('/limit'))).Parameter).toMatchObject({ Value: '1.50' });
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
