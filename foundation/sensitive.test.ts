import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Sensitive } from './sensitive.ts';

it.each([
  ['joined', (value: Sensitive) => `${value}`],
  ['serialised', (value: Sensitive) => JSON.stringify({ value })],
  ['inspected', (value: Sensitive) => inspect({ value })],
])('does not show its value when %s', (_how, show) => {
  expect(show(new Sensitive('hunter2'))).toContain('[redacted]');
  expect(show(new Sensitive('hunter2'))).not.toContain('hunter2');
});

it.each([
  ['token', true],
  ['Token', false],
  ['toke', false],
  ['token2', false],
  ['', false],
])('compares itself with %j', (candidate, expected) => {
  expect(new Sensitive('token').equals(candidate)).toBe(expected);
});

it('equals nothing when it is empty, not even an empty text', () => {
  expect(new Sensitive('').equals('')).toBe(false);
});

it('compares texts whose bytes are more than their characters', () => {
  expect(new Sensitive('tökén').equals('tökén')).toBe(true);
  expect(new Sensitive('tökén').equals('token')).toBe(false);
});
