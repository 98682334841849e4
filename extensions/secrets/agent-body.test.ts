import { expect, it } from 'vitest';
import { agentSecretBody } from './agent-body.ts';
import { secretBody } from './aws-body.ts';

it('leaves absent fields out and writes the date in epoch seconds, as AWS’s agent does', () => {
  const body = secretBody({
    ARN: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:a-1',
    CreatedDate: new Date(1_569_534_789_046),
    Name: 'a',
    SecretString: '<x>',
    VersionId: 'v',
    VersionStages: ['AWSCURRENT'],
  });

  expect(agentSecretBody(body)).toBe(
    '{"ARN":"arn:aws:secretsmanager:us-west-2:123456789012:secret:a-1","Name":"a","VersionId":"v","SecretString":"<x>","VersionStages":["AWSCURRENT"],"CreatedDate":"1569534789.046"}',
  );
});
