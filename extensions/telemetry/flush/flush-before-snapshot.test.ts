import { expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import { openDestination } from '../deliver/destination.ts';
import { flushBeforeSnapshot } from './flush-before-snapshot.ts';

it('sends what waits, drops the rest, and says how much and why', async () => {
  const events: string[] = [];
  const left = { taken: 0, down: 3, referring: 2 };
  const destinations = Object.entries(left).map(([name, count]) => ({
    name,
    async flush(signal: AbortSignal, isLast?: boolean) {
      events.push(`${signal.aborted && isLast ? 'ends what is being sent to' : 'flushes'} ${name}`);
    },
    dropRest() {
      events.push(`drops ${name}`);
      return count;
    },
  }));
  const log = { warn: (line: string) => void events.push(line) };

  await flushBeforeSnapshot(
    { destinations, flush: async () => void events.push('flushes'), withReferences: new Set(['referring']), log },
    new AbortController().signal,
  );

  expect(events).toEqual([
    'flushes',
    'ends what is being sent to taken',
    'ends what is being sent to down',
    'drops taken',
    'drops down',
    'Dropped 3 records of INIT for down before the snapshot, because it did not take them.',
    'drops referring',
    'Dropped 2 records of INIT for referring before the snapshot, because references in its settings are read after the restore.',
  ]);
});

it('counts what is being sent to a destination that nobody waits for', async () => {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const log = { debug: () => undefined, info: say, warn: say, error: say };
  const destination = openDestination({
    name: 'vendor',
    signals: ['logs'],
    exporter: async () => ({
      encode: (items) => [{ url: 'http://vendor.test', headers: {}, body: '', items }],
      judge: () => ({ kind: 'delivered' }),
    }),
    mostItems: 100,
    mostBytes: 1_000_000,
    send: (_request, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    clock: manualClock(),
    random: () => 0,
    lossItem: (_reason, count) => aLog(`${count}`),
    log,
  });
  destination.add(aLog('a'));
  void destination.flush(new AbortController().signal);
  await new Promise((resolve) => setImmediate(resolve));

  await flushBeforeSnapshot(
    { destinations: [destination], flush: async () => undefined, withReferences: new Set(), log },
    new AbortController().signal,
  );

  expect(lines).toContain('Dropped 1 records of INIT for vendor before the snapshot, because it did not take them.');
  expect(destination.counts()).toMatchObject({ received: 1, dropped: 1, waiting: 0 });
});
