import { expect, it } from 'vitest';
import { parameter, parameterPath, secret } from '../../aws-call/wanted.ts';
import { prefetchList } from './prefetch-list.ts';

it('tells secrets, parameters and paths apart', () => {
  const names = [
    'prod/db',
    'arn:aws:secretsmanager:eu-central-1:1:secret:x-1',
    'secretsmanager:/odd',
    '/app/key',
    'arn:aws:ssm:eu-central-1:1:parameter/p',
    '/app/*',
    '/*',
  ];

  expect(prefetchList(names)).toEqual([
    secret('prod/db'),
    secret('arn:aws:secretsmanager:eu-central-1:1:secret:x-1'),
    secret('/odd'),
    parameter('/app/key', { withDecryption: true }),
    parameter('arn:aws:ssm:eu-central-1:1:parameter/p', { withDecryption: true }),
    parameterPath('/app', { recursive: true, withDecryption: true }),
    parameterPath('/', { recursive: true, withDecryption: true }),
  ]);
});
