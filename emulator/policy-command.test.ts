import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { policyText } from './policy-command.ts';

it('prints the policy for the settings in a file, and what each permission is for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'policy-'));
  const envFile = join(folder, '.env');
  writeFileSync(envFile, 'SECRETS_PREFETCH=prod/db\nLAMBDA_INSIGHTS=cloudwatch\n');

  // `cac` reads an account as a number, without leading zeros.
  const { document, comments } = policyText({ envFile, region: 'eu-central-1', account: 12_345_678_901 });
  rmSync(folder, { recursive: true });

  expect(JSON.parse(document)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: 'arn:aws:secretsmanager:eu-central-1:012345678901:secret:prod/db-??????',
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: 'arn:aws:logs:eu-central-1:012345678901:log-group:/aws/lambda-insights:*',
      },
    ],
  });
  expect(comments.split('\n')).toEqual([
    '# secretsmanager:GetSecretValue: SECRETS_PREFETCH names prod/db',
    '# logs:CreateLogStream, logs:PutLogEvents: LAMBDA_INSIGHTS names cloudwatch',
    expect.stringMatching(/^# .* code of the function/),
  ]);
});

it.each([
  [{}, 'policy --env .env'],
  [{ envFile: '/gone.env' }, '--env-file is "/gone.env": ENOENT'],
])('says what to do with %j', (flags, message) => {
  expect(() => policyText(flags)).toThrow(message);
});
