import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { SESSION_TOKEN } from '../support/lambda/host-process.ts';
import { startSecrets } from '../support/lambda/secrets-extension.ts';
import { awsValues } from '../support/servers/aws-values.ts';

const hasBoto3 = spawnSync('python3', ['-c', 'import boto3']).status === 0;

async function readBy(endpoint: string, variables: Record<string, string> = {}) {
  const { stdout } = await execa(
    'python3',
    [join(import.meta.dirname, '../fixtures/clients/boto3-reads.py'), endpoint],
    {
      env: {
        AWS_REGION: 'eu-central-1',
        AWS_DEFAULT_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_SESSION_TOKEN: SESSION_TOKEN,
        ...variables,
      },
    },
  );
  return JSON.parse(stdout);
}

it.skipIf(!hasBoto3)(
  'boto3 gets from the extension what it gets from AWS, by an argument and by variables',
  async () => {
    await using lambda = await startSecrets({
      answer: awsValues,
      environment: (port) => ({ AWS_ENDPOINT_URL_SSM: `http://localhost:${port}` }),
    });
    const ours = `http://localhost:${lambda.port}`;

    const fromAws = await readBy(lambda.aws.url);
    const byArgument = await readBy(ours);
    const byVariable = await readBy('', { AWS_ENDPOINT_URL_SECRETS_MANAGER: ours, AWS_ENDPOINT_URL_SSM: ours });
    const foreign = await readBy(ours, { AWS_SESSION_TOKEN: 'another' });

    expect(byArgument.answers).toEqual(fromAws.answers);
    expect(byVariable).toEqual(byArgument);
    expect(byArgument.others.put).toMatchObject({
      error: { Code: 'UnknownOperationException', Message: expect.stringContaining('Send PutSecretValue to AWS') },
      status: 400,
    });
    expect(foreign.answers.secret).toMatchObject({ error: { Code: 'UnrecognizedClientException' }, status: 403 });
  },
);
