import { expect, it } from 'vitest';
import { answer } from '../../../../test/support/builders/prove-destination.ts';
import { errorCodeOf } from './judge-aws.ts';

it.each([
  ['', { 'x-amzn-errortype': 'ThrottlingException:http://internal.amazon.com/coral/' }, 'ThrottlingException'],
  ['{"__type":"com.amazonaws.logs#ResourceNotFoundException","message":"x"}', {}, 'ResourceNotFoundException'],
  ['{"__type" : "AccessDeniedException"}', {}, 'AccessDeniedException'],
  ['<html>', {}, ''],
])('finds the code of an error in %j %j', (body, headers, code) => {
  expect(errorCodeOf(answer(400, body, headers))).toBe(code);
});
