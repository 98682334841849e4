import { expect, it } from 'vitest';
import { parameter, parameterPath, secret } from '../../../aws-call/wanted.ts';
import { readSdkCall } from './read-sdk-call.ts';

const read = (target: string, input: unknown) => readSdkCall(target, JSON.stringify(input));

it.each([
  ['/app/key', parameter('/app/key')],
  ['/app/key:3', parameter('/app/key', { selector: '3' })],
  ['/app/key:Dev', parameter('/app/key', { selector: 'Dev' })],
  ['key', parameter('key')],
  ['arn:aws:ssm:eu-central-1:1:parameter/app/key', parameter('arn:aws:ssm:eu-central-1:1:parameter/app/key')],
  [
    'arn:aws:ssm:eu-central-1:1:parameter/app/key:3',
    parameter('arn:aws:ssm:eu-central-1:1:parameter/app/key', { selector: '3' }),
  ],
  ['/aws/reference/secretsmanager/prod/db', parameter('/aws/reference/secretsmanager/prod/db')],
])('a parameter named %s is the same one as for readers of the other formats', (name, wanted) => {
  expect(read('AmazonSSM.GetParameter', { Name: name })).toEqual({ operation: 'GetParameter', wanted });
  expect(read('AmazonSSM.GetParameters', { Names: [name] })).toEqual({
    operation: 'GetParameters',
    wanted: [[name, wanted]],
  });
});

it('members that are null or unknown count as absent', () => {
  expect(
    read('secretsmanager.GetSecretValue', { SecretId: 'a', VersionId: null, VersionStage: null, More: 1 }),
  ).toEqual({ operation: 'GetSecretValue', wanted: secret('a') });
  expect(
    read('AmazonSSM.GetParametersByPath', { Path: '/a', Recursive: true, ParameterFilters: [], MaxResults: 10 }),
  ).toEqual({ operation: 'GetParametersByPath', wanted: parameterPath('/a', { recursive: true }) });
});

it.each<[string, unknown]>([
  ['secretsmanager.GetSecretValue', { SecretId: '' }],
  ['secretsmanager.GetSecretValue', { SecretId: ['a'] }],
  ['secretsmanager.GetSecretValue', { SecretId: 'a', VersionId: 1 }],
  ['secretsmanager.BatchGetSecretValue', {}],
  ['secretsmanager.BatchGetSecretValue', { SecretIdList: Array(21).fill('a') }],
  ['secretsmanager.BatchGetSecretValue', { SecretIdList: ['a'], NextToken: 't' }],
  ['AmazonSSM.GetParameter', { Name: 'a', WithDecryption: 'true' }],
  ['AmazonSSM.GetParameters', { Names: Array(11).fill('a') }],
  ['AmazonSSM.GetParametersByPath', { Path: '/a', ParameterFilters: [{ Key: 'Type' }] }],
  ['AmazonSSM.GetParametersByPath', { Path: 'a' }],
])('%s with %j is refused as AWS refuses what is invalid', (target, input) => {
  expect(read(target, input)).toMatchObject({ operation: 'none', code: 'ValidationException' });
});
