import { expect, it } from 'vitest';
import { parameter, secret } from '../../aws-call/wanted.ts';
import { parameterBody, secretBody } from './aws-body.ts';
import { fieldOf } from './json-key.ts';

const value = JSON.stringify({
  a: { b: 'deep', 'x.y': 1 },
  'a.c': 'dotted',
  'a.d': { e: 'below' },
  list: [1, 2],
  none: null,
  empty: '',
});

it.each([
  ['a.b', 'deep'],
  ['a.c', 'dotted'],
  ['a.x.y', '1'],
  ['a.d.e', 'below'],
  ['a', '{"b":"deep","x.y":1}'],
  ['list.1', '2'],
  ['none', 'null'],
  ['empty', ''],
  ['missing', undefined],
  ['a.b.c', undefined],
  ['constructor', undefined],
  ['__proto__', undefined],
])('of a JSON value gives field %s as %j', (path, expected) => {
  expect(fieldOf(secretBody({ SecretString: value }), secret('s'), path)).toBe(expected);
  expect(fieldOf(parameterBody({ Value: value }), parameter('/p'), path)).toBe(expected);
});

it.each([
  ['id', '1234567890123456789012'],
  ['version', '1.10'],
  ['all', '{"id":1234567890123456789012,"list":[1.10]}'],
])('keeps the digits of numbers: %s', (path, expected) => {
  const text = '{"id":1234567890123456789012,"version":1.10,"all":{"id":1234567890123456789012,"list":[1.10]}}';

  expect(fieldOf(secretBody({ SecretString: text }), secret('s'), path)).toBe(expected);
});

it('has no fields of a number, and none of its digits', () => {
  const text = '{"id":1234567890123456789012}';

  expect(fieldOf(secretBody({ SecretString: text }), secret('s'), 'id.rawJSON')).toBeUndefined();
});

it('reads a value that begins with a byte order mark', () => {
  expect(fieldOf(secretBody({ SecretString: '\uFEFF{"a":1.10}' }), secret('s'), 'a')).toBe('1.10');
});

it('takes no time for a path of thousands of dots into a deep value', () => {
  const text = `${'{"":'.repeat(1_500)}1${'}'.repeat(1_500)}`;
  const before = process.cpuUsage();

  expect(fieldOf(secretBody({ SecretString: text }), secret('s'), `${'.'.repeat(7_000)}x`)).toBeUndefined();

  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(1_000);
});

it('has nothing to give of a value that is not JSON', () => {
  expect(fieldOf(secretBody({ SecretString: 'text' }), secret('s'), 'a')).toBeUndefined();
  expect(fieldOf(secretBody({ SecretBinary: new Uint8Array(2) }), secret('s'), 'a')).toBeUndefined();
});
