import { expect, it } from 'vitest';
import { parameter, parameterPath, secret } from '../../aws-call/wanted.ts';
import { aliasesOf } from './aliases.ts';
import { type ParameterValue, parameterBody, parametersBody, secretBody } from './aws-body.ts';

const ofParameter = (fields: ParameterValue) => parameterBody({ Name: '/p', ARN: 'arn:p', Type: 'String', ...fields });

it('knows a secret by name and ARN, in the version and with the role it was read with', () => {
  const body = secretBody({ Name: 'a', ARN: 'arn:a-AbCdEf' });
  const version = { versionId: 'v', versionStage: 'AWSPENDING', roleArn: 'role' };

  expect(aliasesOf(secret('arn:a', version), body)).toEqual([secret('a', version), secret('arn:a-AbCdEf', version)]);
});

it('knows a parameter by name and ARN, and one that is not encrypted with and without decryption', () => {
  expect(aliasesOf(parameter('/p'), ofParameter({}))).toEqual([
    parameter('/p', { withDecryption: true }),
    parameter('/p'),
    parameter('arn:p', { withDecryption: true }),
    parameter('arn:p'),
  ]);
  expect(aliasesOf(parameter('/p'), ofParameter({ Type: 'SecureString' }))).toEqual([
    parameter('/p'),
    parameter('arn:p'),
  ]);
});

it('does not take a version of a parameter for the latest', () => {
  const aliases = aliasesOf(parameter('/p:3'), ofParameter({ Type: 'SecureString', Selector: ':3' }));

  expect(aliases).toEqual([parameter('/p', { selector: '3' }), parameter('arn:p', { selector: '3' })]);
});

it('knows all parameters below a path by nothing else', () => {
  expect(aliasesOf(parameterPath('/app'), parametersBody([]))).toEqual([]);
});
