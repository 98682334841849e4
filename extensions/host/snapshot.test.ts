import { expect, it } from 'vitest';
import { snapshotOf } from './snapshot.ts';

function setUp(isSnapStart: boolean) {
  const events: string[] = [];
  const renewal = Promise.withResolvers<void>();
  const snapshot = snapshotOf({
    isSnapStart,
    drop: async () => void events.push('drops'),
    async renew() {
      events.push('renews');
      await renewal.promise;
      events.push('has renewed');
    },
  });
  return { events, renewal, snapshot };
}

it('drops values each time the snapshot approaches, and none once it is past', async () => {
  const { snapshot, events, renewal } = setUp(true);
  renewal.resolve();

  await snapshot.approaches();
  await snapshot.approaches();
  await snapshot.isPast();
  await snapshot.approaches();

  expect(events).toEqual(['drops', 'drops', 'renews', 'has renewed']);
});

it('renews once, and lets all wait for it who say that the snapshot is past', async () => {
  const { snapshot, events, renewal } = setUp(true);
  const waiting = [snapshot.isPast(), snapshot.isPast()].map((past) => past.then(() => events.push('goes on')));
  const isAhead = snapshot.isAhead();

  renewal.resolve();
  await Promise.all(waiting);

  expect(isAhead).toBe(false);
  expect(events).toEqual(['renews', 'has renewed', 'goes on', 'goes on']);
});

it('has no snapshot without SnapStart', async () => {
  const { snapshot, events } = setUp(false);

  await snapshot.approaches();
  await snapshot.isPast();

  expect(snapshot.isAhead()).toBe(false);
  expect(events).toEqual([]);
});
