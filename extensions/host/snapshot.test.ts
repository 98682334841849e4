import { expect, it } from 'vitest';
import { deferred } from '../../foundation/deferred.ts';
import { snapshotOf } from './snapshot.ts';

function setUp({ isSnapStart = true, isNear = false } = {}) {
  const events: string[] = [];
  const dropped = deferred<void>();
  const renewal = deferred<void>();
  const snapshot = snapshotOf({
    isSnapStart,
    isNear,
    async drop() {
      events.push('drops');
      await dropped.promise;
    },
    replace: async () => void events.push('is replaced'),
    async renew() {
      events.push('renews');
      await renewal.promise;
      events.push('has renewed');
    },
  });
  return { events, dropped, renewal, snapshot };
}

it('drops values and is replaced once when the snapshot approaches, and not when it is past', async () => {
  const { snapshot, events, dropped, renewal } = setUp();
  renewal.resolve();
  const approaching = [snapshot.approaches(), snapshot.approaches()];
  dropped.resolve();
  await Promise.all(approaching);

  await snapshot.isPast();
  await snapshot.approaches();

  expect(events).toEqual(['drops', 'is replaced', 'renews', 'has renewed']);
});

it('is not replaced when the restore comes before all is dropped', async () => {
  const { snapshot, events, dropped } = setUp();
  const approaching = snapshot.approaches();

  void snapshot.isPast();
  dropped.resolve();
  await approaching;

  expect(events).toEqual(['drops', 'renews']);
});

it('renews once, and lets all wait for it who say that the snapshot is past', async () => {
  const { snapshot, events, renewal } = setUp();
  const waiting = [snapshot.isPast(), snapshot.isPast()].map((past) => past.then(() => events.push('goes on')));
  const isAhead = snapshot.isAhead();

  renewal.resolve();
  await Promise.all(waiting);

  expect(isAhead).toBe(false);
  expect(events).toEqual(['renews', 'has renewed', 'goes on', 'goes on']);
});

it('lets readers wait for the restore from the notice on, and nobody before or after', async () => {
  const { snapshot, events, dropped, renewal } = setUp();
  const before = snapshot.untilPast();
  dropped.resolve();
  await snapshot.approaches();
  const reader = snapshot.untilPast()?.then(() => events.push('reads'));

  renewal.resolve();
  await snapshot.isPast();
  await reader;

  expect(events).toEqual(['drops', 'is replaced', 'renews', 'has renewed', 'reads']);
  expect([before, snapshot.untilPast()]).toEqual([undefined, undefined]);
});

it('has nothing to drop in the process that was started for the snapshot', async () => {
  const { snapshot, events } = setUp({ isNear: true });

  await snapshot.approaches();

  expect(events).toEqual([]);
  expect(snapshot.untilPast()).toBeInstanceOf(Promise);
});

it('has no snapshot without SnapStart', async () => {
  const { snapshot, events } = setUp({ isSnapStart: false });

  await snapshot.approaches();
  await snapshot.isPast();

  expect([snapshot.isAhead(), snapshot.untilPast()]).toEqual([false, undefined]);
  expect(events).toEqual([]);
});
