import { expect, it } from 'vitest';
import { placeholderLogNames, uniqueLogStream } from './log-names.ts';

const environment = { AWS_LAMBDA_FUNCTION_NAME: 'shop', AWS_LAMBDA_FUNCTION_VERSION: '7' };
const GROUP = { AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/shop' };
const STREAM = { AWS_LAMBDA_LOG_STREAM_NAME: 'snap-start/[7]' };

it.each([
  { set: {}, expected: { ...GROUP, ...STREAM } },
  { set: { AWS_LAMBDA_LOG_GROUP_NAME: '', AWS_LAMBDA_LOG_STREAM_NAME: '' }, expected: { ...GROUP, ...STREAM } },
  { set: { AWS_LAMBDA_LOG_GROUP_NAME: 'own' }, expected: STREAM },
  { set: { AWS_LAMBDA_LOG_STREAM_NAME: 'own' }, expected: GROUP },
  { set: { AWS_LAMBDA_LOG_GROUP_NAME: 'own', AWS_LAMBDA_LOG_STREAM_NAME: 'own' }, expected: {} },
])('stands in for the names that are not in $set', ({ set, expected }) => {
  expect(placeholderLogNames({ ...environment, ...set })).toEqual(expected);
});

it('names another stream in each environment', () => {
  const names = [uniqueLogStream(environment), uniqueLogStream(environment)];

  for (const name of names) expect(name).toMatch(/^snap-start\/\[7\][\da-f]{32}$/);
  expect(names[0]).not.toBe(names[1]);
});
