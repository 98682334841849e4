import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { optFolder, SESSION_TOKEN } from '../support/lambda/host-process.ts';
import { type SecretsOptions, startSecrets } from '../support/lambda/secrets-extension.ts';
import { answerJson, aParameter, aSecret } from '../support/servers/aws-server.ts';

const wrapper = join(optFolder, 'bin/with-secrets');

const answer: SecretsOptions['answer'] = ({ operation, input }, response) => {
  if (operation !== 'GetSecretValue') return answerJson(response, 200, aParameter({ Value: `value of ${input.Name}` }));
  return input.SecretId === 'missing'
    ? answerJson(response, 400, { __type: 'ResourceNotFoundException', message: 'no such secret' })
    : answerJson(response, 200, aSecret({ SecretString: '{"password":"hunter2","line":"a\\nb é"}' }));
};

async function run(port: number, environment: Record<string, string>, command: string[]) {
  const env = {
    PATH: process.env.PATH ?? '',
    AWS_SESSION_TOKEN: SESSION_TOKEN,
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(port),
    ...environment,
  };
  return promisify(execFile)(wrapper, command, { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );
}

const printed = (...names: string[]) => [
  process.execPath,
  '-e',
  `console.log(JSON.stringify([${names.map((name) => `process.env.${name}`).join()}]))`,
];

// with-secrets is the supervisor under another name. Without cargo the build makes neither, and says so.
describe.skipIf(!existsSync(join(optFolder, 'bin')))('with-secrets', () => {
  it('fills variables with secrets, their fields and parameters, and leaves other variables alone', async () => {
    await using lambda = await startSecrets({ answer });

    const { code, stdout } = await run(
      lambda.port,
      {
        WHOLE: 'secretsmanager:prod/db',
        FIELD: 'secretsmanager:prod/db#password',
        LINES: 'secretsmanager:prod/db#line',
        PARAMETER: 'ssm:/app/key',
        OTHER: 'arn:aws:ssm:x',
      },
      printed('WHOLE', 'FIELD', 'LINES', 'PARAMETER', 'OTHER'),
    );

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      '{"password":"hunter2","line":"a\\nb é"}',
      'hunter2',
      'a\nb é',
      'value of /app/key',
      'arn:aws:ssm:x',
    ]);
  });

  it('reads all references at the same time', async () => {
    const waiting: (() => void)[] = [];
    await using lambda = await startSecrets({
      answer: ({ input }, response) => {
        waiting.push(() => answerJson(response, 200, aSecret({ SecretString: `value of ${input.SecretId}` })));
        if (waiting.length === 2) for (const answerOne of waiting) answerOne();
      },
    });

    const { stdout } = await run(lambda.port, { A: 'secretsmanager:a', B: 'secretsmanager:b' }, printed('A', 'B'));

    expect(JSON.parse(stdout)).toEqual(['value of a', 'value of b']);
  });

  it('exits with one line for each variable that it cannot fill, and logs no value', async () => {
    await using lambda = await startSecrets({ answer });

    const { code, stdout } = await run(
      lambda.port,
      { GOOD: 'secretsmanager:prod/db', GONE: 'secretsmanager:missing', FIELDLESS: 'secretsmanager:prod/db#nothing' },
      printed('GOOD'),
    );

    expect(code).toBe(1);
    expect(stdout.trim().split('\n').sort()).toEqual([
      '[with-secrets] ERROR Cannot fill FIELDLESS: the value of GetSecretValue of prod/db has no field "nothing"',
      '[with-secrets] ERROR Cannot fill GONE: GetSecretValue of missing failed: ResourceNotFoundException: no such secret',
    ]);
    expect(stdout).not.toContain('hunter2');
  });

  it('names the variable whose value cannot be in a variable', async () => {
    await using lambda = await startSecrets({
      answer: (_call, response) => answerJson(response, 200, aSecret({ SecretString: 'hunter2\0' })),
    });

    const { code, stdout } = await run(lambda.port, { A: 'secretsmanager:binary' }, printed('A'));

    expect(code).toBe(1);
    expect(stdout).toBe(
      '[with-secrets] ERROR Cannot fill A: the value has a NUL character, which no variable can hold\n',
    );
  });

  it('reads the port as the extension does, with spaces around it', async () => {
    await using lambda = await startSecrets({ answer });

    const { stdout } = await run(
      lambda.port,
      { A: 'ssm:/a', PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: ` ${lambda.port} ` },
      printed('A'),
    );

    expect(JSON.parse(stdout)).toEqual(['value of /a']);
  });

  it('retries once when the host dies before it answers', async () => {
    let requests = 0;
    await using server = createServer((_request, response) => {
      requests += 1;
      if (requests === 1) response.destroy();
      else response.end('a value');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');

    const { stdout } = await run((server.address() as AddressInfo).port, { A: 'ssm:/a' }, printed('A'));

    expect(JSON.parse(stdout)).toEqual(['a value']);
  });

  it('logs that the extension does not answer', async () => {
    const { code, stdout } = await run(1, { A: 'ssm:/a' }, printed('A'));

    expect(code).toBe(1);
    expect(stdout).toMatch(/^\[with-secrets\] ERROR Cannot fill A: the extension on port 1 does not answer: .*\n$/);
  });

  it('runs another wrapper after itself, once', async () => {
    const { stdout } = await run(1, { EXTENSIONS_EXEC_WRAPPER: '/usr/bin/env' }, printed('EXTENSIONS_EXEC_WRAPPER'));

    expect(JSON.parse(stdout)).toEqual([null]);
  });

  it('logs that the command cannot start', async () => {
    expect(await run(1, {}, ['/nowhere'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^\[with-secrets\] ERROR Cannot start \/nowhere: No such file/),
    });
  });
});
