import fc from 'fast-check';
import { expect, it } from 'vitest';
import { misnamed } from './misnamed.ts';

const known = ['invoke', 'shutdown', 'telemetry'];

it.each([
  ['invok', 'invoke'],
  ['invokee', 'invoke'],
  ['inovke', 'invoke'],
  ['Invoke', 'invoke'],
  ['shutDown', 'shutdown'],
  ['telemetri', 'telemetry'],
])('%s is told to be %s', (key, meant) => {
  expect(misnamed({ [key]: 1 }, known, 'handler')).toEqual([`"${key}" is no handler: did you mean "${meant}"?`]);
});

it('leaves known names and names of the author’s own alone', () => {
  expect(misnamed({ invoke: 1, helper: 1, inv: 1, down: 1 }, known, 'handler')).toEqual([]);
});

it('finds each single slip in a name', () => {
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.nat(), fc.constantFrom('x', ''), (name, position, letter) => {
      const at = position % name.length;
      const slip = name.slice(0, at) + letter + name.slice(at + 1);
      fc.pre(slip !== name);

      expect(misnamed({ [slip]: 1 }, known, 'handler')).toHaveLength(1);
    }),
  );
});
