import { expect, it } from 'vitest';
import { AwsError, errorCodeOf, isBusy, isRefusal } from './errors.ts';

const answer = (status: number, body: string, headers = {}) => ({ status, headers, body: Buffer.from(body) });

it.each([
  ['', { 'x-amzn-errortype': 'ThrottlingException:http://internal.amazon.com/coral/' }, 'ThrottlingException'],
  ['{"__type":"com.amazonaws.logs#ResourceNotFoundException","message":"x"}', {}, 'ResourceNotFoundException'],
  ['{"__type" : "AccessDeniedException"}', {}, 'AccessDeniedException'],
  ['<html>', {}, ''],
])('finds the code of an error in %j %j', (body, headers, code) => {
  expect(errorCodeOf(answer(400, body, headers))).toBe(code);
});

it.each([
  ['with a message', '{"__type":"a#ParameterNotFound","message":"no such one"}', 'ParameterNotFound: no such one'],
  [
    'with a message in upper case',
    '{"__type":"KMSInvalidStateException","Message":"x"}',
    'KMSInvalidStateException: x',
  ],
  ['without a message', '{"__type":"ParameterNotFound"}', 'ParameterNotFound'],
  ['without a code, as of a proxy', '<html>', 'status 502'],
])('says what AWS said %s', (_what, body, message) => {
  expect(new AwsError(answer(502, body))).toMatchObject({ message, status: 502, code: message.split(':')[0] });
});

it.each([
  ['ThrottlingException', 'busy'],
  ['ProvisionedThroughputExceededException', 'busy'],
  ['ServiceUnavailableException', 'busy'],
  ['LimitExceededException', 'busy'],
  ['InternalFailure', 'busy'],
  ['AccessDeniedException', 'a refusal'],
  ['ExpiredTokenException', 'a refusal'],
  ['ResourceNotFoundException', 'a refusal'],
  ['ValidationException', 'neither'],
  ['', 'neither'],
])('takes %j for %s', (code, meaning) => {
  expect([isBusy(code), isRefusal(code)]).toEqual([meaning === 'busy', meaning === 'a refusal']);
});
