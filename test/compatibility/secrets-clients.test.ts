import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { optFolder } from '../support/lambda/host-process.ts';
import { answerJson, aParameter, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';

/** Knows what was asked for by name or ARN, and tells each by its value. */
async function startAws() {
  return startAwsServer(({ operation, input }, response) => {
    if (operation === 'GetSecretValue') {
      const of = `${input.SecretId}${input.VersionStage ? ` ${input.VersionStage}` : ''}`;
      return answerJson(response, 200, aSecret({ SecretString: `value of ${of}` }));
    }
    const names = operation === 'GetParameters' ? (input.Names as string[]) : [String(input.Name)];
    const parameters = names.map((selected) => {
      const [, name, selector] = /^(arn:.*|[^:]*)(:[^:/]*)?$/.exec(selected) ?? [];
      return aParameter({
        [name?.startsWith('arn:') ? 'ARN' : 'Name']: name,
        Selector: selector,
        Value: `value of ${selected}${input.WithDecryption ? ' decrypted' : ''}`,
      }).Parameter;
    });
    return answerJson(
      response,
      200,
      operation === 'GetParameters' ? { Parameters: parameters, InvalidParameters: [] } : { Parameter: parameters[0] },
    );
  });
}

const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-1QmcxB';

/** Undefined on a machine that does not have the program. */
const by = (program: string, value: string) => (spawnSync(program, ['--version']).status === 0 ? value : undefined);

/** Each client of AWS's two agents, and what it must get. */
const expected = {
  'AWS’s sample for Node.js': `value of ${arn}`,
  'AWS’s sample for Java': 'value of prod/db',
  'AWS’s sample for Python, a secret': by('python3', 'value of prod/db'),
  'AWS’s sample for Python, a parameter, encoded': by('python3', 'value of /app/key'),
  'AWS’s sample for Python, a parameter, raw and with a slash': by('python3', 'value of /app/key'),
  'AWS’s sample for the shell': by('curl', 'value of prod/db'),
  'middy, a secret by name': 'value of prod/db',
  'middy, a secret by ARN': `value of ${arn}`,
  'middy, a parameter': 'value of /app/key decrypted',
  'middy, a parameter by ARN': 'value of arn:aws:ssm:eu-central-1:123456789012:parameter/app/key decrypted',
  'lambda-params-secrets, a secret with its stage': 'value of prod/db AWSCURRENT',
  'lambda-params-secrets, a parameter with its version': 'value of /app/key:3',
  'lambda-params-secrets, a parameter with its label, decrypted': 'value of /app/key:Dev decrypted',
  'lambda-params-secrets, a secret with a blank in its name': 'value of my db',
  'AWS’s agent, a query': 'value of prod/db',
  'AWS’s agent, a query that wants it new': 'value of prod/db',
  'AWS’s agent, a path': 'value of prod/db',
  'AWS’s agent, a path with a stage': 'value of prod/db AWSPREVIOUS',
  'AWS’s agent, an ARN as a path': `value of ${arn}`,
};

it('clients of AWS’s two agents read in INIT and in the handler, with the requests that they send today', async () => {
  await using aws = await startAws();
  const emulator = await startEmulator({
    functionDir: join(import.meta.dirname, '../fixtures/clients'),
    optDir: optFolder,
    timeoutMs: 20_000,
    environment: {
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjE+/=',
      EXTENSIONS_HTTP_PORT: String(await freePort()),
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
    },
  });

  const answer = (await emulator.invoke({})).json();
  await emulator.close();

  expect(answer).toEqual({ ping: 'healthy', inInit: expected, inHandler: expected });
});
