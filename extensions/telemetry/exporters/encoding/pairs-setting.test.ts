import { expect, it } from 'vitest';
import { pairs } from './pairs-setting.ts';

const { read } = pairs('TELEMETRY_HTTP_HEADERS', 'Headers.');

it.each([
  ['a=1,b=2', { a: '1', b: '2' }],
  [' a = 1 , b=x=y', { a: '1', b: 'x=y' }],
  ['Authorization=Bearer%20token%2C', { Authorization: 'Bearer token,' }],
  ['a=100%', { a: '100%' }],
  ['a=', { a: '' }],
  ['a=1,', { a: '1' }],
  ['{"a":"1,2","b":"x"}', { a: '1,2', b: 'x' }],
])('reads %s', (text, value) => {
  expect(read(text)).toEqual({ value, isValid: true });
});

it.each(['a', '=1', '{"a":1}', '{"a"'])('reports %s as invalid', (text) => {
  expect(read(text)).toEqual({ value: {}, isValid: false });
});
