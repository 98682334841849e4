import { expect, it } from 'vitest';
import { variablesOfJson } from './env-file.ts';

it.each([
  ['flat', { A: '1', B: 2, C: true, D: null }, { A: '1', B: '2', C: 'true', D: '' }],
  ["SAM's, for the function", { Shop: { A: '1' }, Other: { A: '2' } }, { A: '1' }],
  ["SAM's, for all functions", { Parameters: { A: '1' } }, { A: '1' }],
  [
    "SAM's, with the function's own before those for all",
    { Parameters: { A: '1', B: '1' }, Shop: { A: '2' } },
    { A: '2', B: '1' },
  ],
])('reads variables from JSON that is %s', (_, json, variables) => {
  expect(variablesOfJson(json, 'Shop')).toEqual(variables);
});

it('says whose variables the file has, if they are not those of this function', () => {
  expect(() => variablesOfJson({ Shop: { A: '1' }, Cart: {} }, 'function')).toThrow(
    'it has variables for Shop, Cart, not for "function". Choose one by --function-name',
  );
});
