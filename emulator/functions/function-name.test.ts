import { expect, it } from 'vitest';
import { readFunctionName } from './function-name.ts';

it.each([
  ['shop', undefined, 'shop', undefined],
  ['shop', 'live', 'shop', 'live'],
  ['shop:7', undefined, 'shop', '7'],
  ['shop:$LATEST', '$LATEST', 'shop', '$LATEST'],
  ['function:7', undefined, 'function', '7'],
  ['123456789012:function:shop:live', undefined, 'shop', 'live'],
  ['arn:aws:lambda:us-east-1:123456789012:function:shop', '7', 'shop', '7'],
  ['arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:shop:live', 'live', 'shop', 'live'],
])('reads %s with qualifier %s', (named, queried, name, qualifier) => {
  expect(readFunctionName(named, queried)).toEqual({ name, qualifier });
});

it.each([
  ['shop:7', '8', 'The derived qualifier from the function name does not match the specified qualifier.'],
  ['a shop', undefined, "functionName does not look like a function's name or ARN: a shop"],
  ['shop', 'a/b', 'qualifier is not valid: a/b'],
])('refuses %s with qualifier %s', (named, queried, problem) => {
  expect(readFunctionName(named, queried)).toEqual({ problem });
});
