import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { policyFor } from './index.ts';

/** Statements as `actions on resources`, in short. */
const allowed = (variables: Record<string, string>, place = {}) =>
  (policyFor(variables, place).document as { Statement: { Action: unknown; Resource: unknown }[] }).Statement.map(
    ({ Action, Resource }) => [[Action].flat().join(' '), [Resource].flat()],
  );

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db';

it.each<[string, Record<string, string>, [string, string[]][]]>([
  ['no setting', {}, []],
  [
    'prefetched secrets, parameters and paths',
    { SECRETS_PREFETCH: `prod/db, ${ARN}-AbCdEf, ${ARN},/app/flag, /app/*,secretsmanager:/odd` },
    [
      [
        'secretsmanager:GetSecretValue',
        [
          'arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:prod/db-??????',
          `${ARN}-AbCdEf`,
          `${ARN}-??????`,
          'arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:/odd-??????',
        ],
      ],
      ['ssm:GetParameter', ['arn:aws:ssm:REGION:ACCOUNT_ID:parameter/app/flag']],
      ['ssm:GetParametersByPath', ['arn:aws:ssm:REGION:ACCOUNT_ID:parameter/app/*']],
    ],
  ],
  [
    'variables for with-secrets, with fields, versions and names without a slash',
    { DB: 'secretsmanager:prod/db#password', KEY: 'ssm:/app/key:3', PLAIN: 'ssm:plain', OTHER: 'https://ssm:1' },
    [
      ['secretsmanager:GetSecretValue', ['arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:prod/db-??????']],
      [
        'ssm:GetParameter',
        ['arn:aws:ssm:REGION:ACCOUNT_ID:parameter/app/key', 'arn:aws:ssm:REGION:ACCOUNT_ID:parameter/plain'],
      ],
    ],
  ],
  [
    'references in any variable, also within JSON',
    {
      SPLUNK_HEC_TOKEN: '${secretsmanager:prod/splunk#token}',
      TELEMETRY_CONFIG: '{"destinations":{"a":{"type":"http","headers":{"k":"${ssm:/k} ${kms:AQ==}"}}}}',
    },
    [
      ['secretsmanager:GetSecretValue', ['arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:prod/splunk-??????']],
      ['ssm:GetParameter', ['arn:aws:ssm:REGION:ACCOUNT_ID:parameter/k']],
      ['kms:Decrypt', ['arn:aws:kms:REGION:ACCOUNT_ID:key/KEY_ID']],
    ],
  ],
  [
    'destinations in AWS, by variables and by JSON',
    {
      TELEMETRY_DESTINATIONS: 'datadog, cloudwatch-logs,s3',
      TELEMETRY_CLOUDWATCH_LOGS_GROUP: '/telemetry/orders',
      TELEMETRY_S3_BUCKET: 'archive',
      TELEMETRY_CONFIG:
        '{"destinations":{"f":{"type":"firehose","stream":"x"},"g":{"type":"s3","bucket":"b","prefix":""}}}',
    },
    [
      ['firehose:PutRecordBatch', ['arn:aws:firehose:REGION:ACCOUNT_ID:deliverystream/x']],
      ['s3:PutObject', ['arn:aws:s3:::b/*', 'arn:aws:s3:::archive/telemetry/*']],
      ['logs:CreateLogStream logs:PutLogEvents', ['arn:aws:logs:REGION:ACCOUNT_ID:log-group:/telemetry/orders:*']],
    ],
  ],
  [
    'Insights and AppConfig',
    { LAMBDA_INSIGHTS: 'emf,cloudwatch', AWS_APPCONFIG_EXTENSION_PREFETCH_LIST: 'shop:prod:flags' },
    [
      [
        'appconfig:StartConfigurationSession appconfig:GetLatestConfiguration',
        ['arn:aws:appconfig:REGION:ACCOUNT_ID:application/APP_ID/environment/ENV_ID/configuration/PROFILE_ID'],
      ],
      ['logs:CreateLogStream logs:PutLogEvents', ['arn:aws:logs:REGION:ACCOUNT_ID:log-group:/aws/lambda-insights:*']],
    ],
  ],
])('the least policy for %s', (_what, variables, expected) => {
  expect(allowed(variables)).toEqual(expected);
});

it('knows the region, the account and the partition where it is told', () => {
  const place = { region: 'cn-north-1', accountId: '123456789012' };

  expect(allowed({ SECRETS_PREFETCH: 'a' }, place)).toEqual([
    ['secretsmanager:GetSecretValue', ['arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:a-??????']],
  ]);
});

it('says of each permission which setting needs it, and never what a variable holds beside a reference', () => {
  const { reasons } = policyFor({ TOKEN: 'hunter2${ssm:/k}', LAMBDA_INSIGHTS: 'cloudwatch' });

  expect(reasons).toEqual([
    'ssm:GetParameter: TOKEN refers to it',
    'logs:CreateLogStream, logs:PutLogEvents: LAMBDA_INSIGHTS names cloudwatch',
  ]);
});

it('is what the template comes with, but for the key', () => {
  const file = new URL('../handler-template/iam-policy.json', import.meta.url);
  const { Statement } = JSON.parse(readFileSync(file, 'utf8')) as { Statement: { Sid: string; Action: string }[] };

  const { document } = policyFor({ SECRETS_PREFETCH: 'demo/database,/demo/greeting' });

  const [decrypt] = Statement.slice(-1);
  const others = Statement.slice(0, -1).map(({ Sid: _sid, ...statement }) => statement);
  expect(document).toMatchObject({ Statement: others });
  expect(decrypt).toMatchObject({ Effect: 'Allow', Action: 'kms:Decrypt' });
});
