import { afterEach, expect, it } from 'vitest';
import { snapStartHooks } from '../lambda-api/snapstart-hooks.ts';
import { forgetAroundSnapshot } from './snapshot-memory.ts';

const hooks = snapStartHooks();
afterEach(() => {
  hooks.beforeSnapshot.length = 0;
  hooks.afterRestore.length = 0;
});

it('forgets as the last thing before the snapshot and as the first thing after the restore', () => {
  const own = () => undefined;
  const forget = () => undefined;
  hooks.beforeSnapshot.push(own);
  hooks.afterRestore.push(own);

  forgetAroundSnapshot({ AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' }, forget);

  // The last to be registered is called first.
  expect(hooks.beforeSnapshot).toEqual([forget, own]);
  expect(hooks.afterRestore).toEqual([forget, own]);
});

it.each([undefined, 'on-demand'])('does nothing where the start is %s', (type) => {
  forgetAroundSnapshot({ AWS_LAMBDA_INITIALIZATION_TYPE: type }, () => undefined);

  expect(hooks).toEqual({ beforeSnapshot: [], afterRestore: [] });
});
