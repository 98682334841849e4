import { expect, it } from 'vitest';
import type { FunctionOptions } from './command-line.ts';
import { placesOf } from './places.ts';

const one = (functionName: string, more: Partial<FunctionOptions> = {}): FunctionOptions => ({
  functionDir: '.',
  functionName,
  environments: 1,
  ...more,
});

it('numbers the environments of all functions in one row', () => {
  const { hasSeveral, nameOf, indexOf } = placesOf([one('shop', { environments: 2 }), one('mail')]);

  expect(hasSeveral).toBe(true);
  expect([nameOf({ functionName: 'shop', environment: 2 }), nameOf({ functionName: 'mail', environment: 1 })]).toEqual([
    'shop#2',
    'mail',
  ]);
  expect([
    indexOf({ functionName: 'shop', environment: 2 }),
    indexOf({ functionName: 'mail', environment: 1 }),
  ]).toEqual([1, 2]);
});

it('has no place for an environment that is started for a tenant later', () => {
  const { hasSeveral, nameOf, indexOf } = placesOf([one('shop', { tenantIsolation: true })]);

  expect([hasSeveral, nameOf({ functionName: 'shop', environment: 3 })]).toEqual([true, 'shop#3']);
  expect(indexOf({ functionName: 'shop', environment: 3 })).toBeUndefined();
});

it('names the only environment by its function', () => {
  const { hasSeveral, nameOf } = placesOf([one('shop')]);

  expect([hasSeveral, nameOf({ functionName: 'shop', environment: 1 })]).toEqual([false, 'shop']);
});
