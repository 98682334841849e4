import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import { itemBuffer } from './buffer.ts';

const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => aLog(`${from + index}`));
const bodies = (items: readonly { body?: unknown }[]) => items.map(({ body }) => body);

describe('itemBuffer', () => {
  it('returns all items, the oldest first', () => {
    const buffer = itemBuffer({ mostItems: 10, mostBytes: 1_000_000 });

    for (const line of lines(0, 3)) buffer.add(line, 100);

    expect(bodies(buffer.take() as never)).toEqual(['0', '1', '2']);
    expect([buffer.items, buffer.bytes]).toEqual([0, 0]);
  });

  it('returns only the oldest items if it is asked for few', () => {
    const buffer = itemBuffer({ mostItems: 10, mostBytes: 1_000_000 });
    for (const line of lines(0, 3)) buffer.add(line, 100);

    expect(bodies(buffer.take(2) as never)).toEqual(['0', '1']);
    expect([buffer.items, buffer.bytes]).toEqual([1, 100]);
    expect(bodies(buffer.take(2) as never)).toEqual(['2']);
  });

  it('drops the oldest items over its bound and returns how many', () => {
    const buffer = itemBuffer({ mostItems: 2, mostBytes: 1_000_000 });

    const dropped = lines(0, 4).map((line) => buffer.add(line, 100));

    expect(dropped).toEqual([0, 0, 1, 1]);
    expect(bodies(buffer.take() as never)).toEqual(['2', '3']);
  });

  it('drops as many as it takes to stay within the bytes, but keeps the newest in any case', () => {
    const buffer = itemBuffer({ mostItems: 10, mostBytes: 250 });
    const dropped = [100, 100, 200, 900].map((bytes) => buffer.add(aLog('x'), bytes));

    expect(dropped).toEqual([0, 0, 2, 1]);
    expect(buffer.bytes).toBe(900);
  });

  it('puts failed items back in front of newer ones', () => {
    const buffer = itemBuffer({ mostItems: 3, mostBytes: 1_000_000 });
    for (const line of lines(0, 2)) buffer.add(line, 100);
    const taken = buffer.take();
    for (const line of lines(2, 4)) buffer.add(line, 100);

    const dropped = buffer.putBack(taken);

    expect(dropped).toBe(1);
    expect(bodies(buffer.take() as never)).toEqual(['1', '2', '3']);
  });

  it('loses nothing uncounted, whatever is added, taken and put back', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('add', 'take', 'putBack'), { maxLength: 400 }), (steps) => {
        const buffer = itemBuffer({ mostItems: 20, mostBytes: 1_000_000 });
        let [added, dropped, out] = [0, 0, [] as ReturnType<typeof buffer.take>];
        for (const step of steps) {
          if (step === 'add') {
            dropped += buffer.add(aLog('x'), 10);
            added += 1;
          } else if (step === 'take' && out.length === 0) out = buffer.take();
          else if (step === 'putBack') {
            dropped += buffer.putBack(out);
            out = [];
          }
        }
        expect(added).toBe(dropped + out.length + buffer.items);
        expect(buffer.items).toBeLessThanOrEqual(20);
      }),
    );
  });
});
