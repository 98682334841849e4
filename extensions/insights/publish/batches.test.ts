import { describe, expect, it } from 'vitest';
import { batchesOf } from './batches.ts';

const event = (timestamp: number, message = 'a') => ({ timestamp, message });
const sizes = (events: ReturnType<typeof event>[]) => batchesOf(events).map(({ length }) => length);

describe('batches for PutLogEvents', () => {
  it('are in the order of time', () => {
    expect(batchesOf([event(2), event(1), event(3)])).toEqual([[event(1), event(2), event(3)]]);
  });

  it('have no more than 10,000 events', () => {
    expect(sizes(Array.from({ length: 20_001 }, () => event(1)))).toEqual([10_000, 10_000, 1]);
  });

  it('have no more than 1,048,576 bytes, with 26 for each event', () => {
    const quarter = 'é'.repeat((1_048_576 / 4 - 26) / 2);

    expect(sizes(Array.from({ length: 5 }, () => event(1, quarter)))).toEqual([4, 1]);
  });

  it('span less than a day', () => {
    const dayMs = 86_400_000;

    expect(sizes([event(0), event(dayMs - 1), event(dayMs), event(2 * dayMs - 1)])).toEqual([2, 2]);
  });

  it('are none without events', () => {
    expect(batchesOf([])).toEqual([]);
  });
});
