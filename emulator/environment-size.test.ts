import { expect, it } from 'vitest';
import { problemOfSize } from './environment-size.ts';

const NAME_AND_QUOTES = '{"A":""}'.length;

it('takes variables up to 4 KB, as Lambda measures them', () => {
  expect(problemOfSize({ A: 'x'.repeat(4_096 - NAME_AND_QUOTES) })).toBeUndefined();
});

it('refuses more in Lambda’s words, without the values', () => {
  const problem = problemOfSize({ A: 'x'.repeat(4_097 - NAME_AND_QUOTES) });

  expect(problem).toContain('exceeded the 4KB limit');
  expect(problem).toContain('4097 bytes');
  expect(problem).not.toContain('xxx');
});

it('does not count what Lambda sets itself', () => {
  expect(problemOfSize({ AWS_SESSION_TOKEN: 'x'.repeat(5_000), AWS_REGION: 'eu-central-1' })).toBeUndefined();
});
