import { afterEach, expect, it } from 'vitest';
import { snapStartHooks } from '../lambda-api/snapstart-hooks.ts';
import { afterRestore, beforeSnapshot, uniqueSeed, uniqueUuid } from './snapstart.ts';

afterEach(() => {
  snapStartHooks().beforeSnapshot.length = 0;
  snapStartHooks().afterRestore.length = 0;
});

it('registers hooks in order, where every copy of the package in the process finds them', () => {
  const [first, second, third] = [() => 1, () => 2, async () => 3];

  beforeSnapshot(first);
  beforeSnapshot(second);
  afterRestore(third);

  const found = (globalThis as Record<symbol, unknown>)[Symbol.for('lambda-node-extended.snapstart-hooks.1')];
  expect(found).toEqual({ beforeSnapshot: [first, second], afterRestore: [third] });
});

it.each([undefined, null, 'text', {}])('refuses the hook %s', (wrong) => {
  expect(() => beforeSnapshot(wrong as never)).toThrow(
    new TypeError(`beforeSnapshot expects a function, not ${typeof wrong}.`),
  );
  expect(() => afterRestore(wrong as never)).toThrow(
    new TypeError(`afterRestore expects a function, not ${typeof wrong}.`),
  );
});

it('gives seeds and ids that no other environment has', () => {
  expect(uniqueSeed()).toHaveLength(32);
  expect(uniqueSeed(8)).toHaveLength(8);
  expect(uniqueSeed()).not.toEqual(uniqueSeed());
  expect(uniqueUuid()).not.toBe(uniqueUuid());
});
