import { expect, it } from 'vitest';
import { flushBeforeSnapshot } from './flush-before-snapshot.ts';

it('sends what waits, drops the rest, and says how much and why', async () => {
  const events: string[] = [];
  const left = { taken: 0, down: 3, referring: 2 };
  const destinations = Object.entries(left).map(([name, count]) => ({
    name,
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
    'drops taken',
    'drops down',
    'Dropped 3 records of INIT for down before the snapshot, because it did not take them.',
    'drops referring',
    'Dropped 2 records of INIT for referring before the snapshot, because references in its settings are read after the restore.',
  ]);
});
