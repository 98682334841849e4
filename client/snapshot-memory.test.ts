import { afterEach, expect, it } from 'vitest';
import { snapStartHooks } from '../lambda-api/snapstart-hooks.ts';
import { aroundSnapshot } from './snapshot-memory.ts';

const hooks = snapStartHooks();
const forgetHooks = () => {
  hooks.beforeSnapshot.length = 0;
  hooks.afterRestore.length = 0;
};
afterEach(forgetHooks);

const SNAP_START = { AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' };

it('forgets as the last thing before the snapshot and as the first thing after the restore', () => {
  const events: string[] = [];
  hooks.beforeSnapshot.push(() => events.push('own'));
  hooks.afterRestore.push(() => events.push('own'));

  aroundSnapshot(SNAP_START, () => events.push('forgets'));

  // The last to be registered is called first.
  for (const hook of [...hooks.beforeSnapshot].reverse()) hook();
  for (const hook of hooks.afterRestore) hook();
  expect(events).toEqual(['own', 'forgets', 'forgets', 'own']);
});

it('lets those who read between them wait for the restore', async () => {
  const memory = aroundSnapshot(SNAP_START, () => undefined);
  const during = memory.untilRestored();
  hooks.beforeSnapshot[0]?.();
  const waiting = memory.untilRestored();

  hooks.afterRestore[0]?.();

  expect(during).toBeUndefined();
  expect(await waiting).toBeUndefined();
  expect(waiting).toBeInstanceOf(Promise);
  expect(memory.untilRestored()).toBeUndefined();
});

it('is ahead until the restore, or without the preload until the first invocation', () => {
  const environment: Record<string, string> = { ...SNAP_START };
  const memory = aroundSnapshot(environment, () => undefined);
  const told = aroundSnapshot(SNAP_START, () => undefined);
  const before = [memory.isAhead(), told.isAhead()];

  environment._X_AMZN_TRACE_ID = 'Root=1';
  hooks.afterRestore[0]?.();

  expect([before, memory.isAhead(), told.isAhead()]).toEqual([[true, true], false, false]);
});

it.each([undefined, 'on-demand'])('does nothing where the start is %s', (type) => {
  const memory = aroundSnapshot({ AWS_LAMBDA_INITIALIZATION_TYPE: type }, () => undefined);

  expect(hooks).toEqual({ beforeSnapshot: [], afterRestore: [] });
  expect([memory.isAhead(), memory.untilRestored()]).toEqual([false, undefined]);
});
