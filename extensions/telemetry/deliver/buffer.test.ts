import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import { estimateResourceBytes, estimateSourceBytes } from '../items/estimate-bytes.ts';
import type { Item, Source } from '../items/item.ts';
import { type ItemBuffer, itemBuffer } from './buffer.ts';
import { sharedRoom } from './room.ts';

const source: Source = { resource: { 'service.name': 'shop' }, scope: { name: 'http' } };
const sourceBytes = estimateSourceBytes(source) + estimateResourceBytes(source.resource);
const line = (body: string) => aLog(body, { source });
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => line(`${from + index}`));
const bodies = (items: readonly { body?: unknown }[]) => items.map(({ body }) => body);
const everything = { items: 1_000, bytes: 1_000_000 };
const takeAll = (buffer: ItemBuffer) => bodies(buffer.take(everything) as never);

describe('itemBuffer', () => {
  it('returns all items, the oldest first', () => {
    const buffer = itemBuffer(sharedRoom({ mostItems: 10, mostBytes: 1_000_000 }));

    for (const item of lines(0, 3)) buffer.add(item, 100);

    expect(takeAll(buffer)).toEqual(['0', '1', '2']);
    expect(buffer.items).toBe(0);
  });

  it.each([
    ['few', { items: 2, bytes: 1_000_000 }],
    ['few bytes', { items: 1_000, bytes: 250 }],
  ])('returns only the oldest items if it is asked for %s', (_case, most) => {
    const buffer = itemBuffer(sharedRoom({ mostItems: 10, mostBytes: 1_000_000 }));
    for (const item of lines(0, 3)) buffer.add(item, 100);

    expect(bodies(buffer.take(most) as never)).toEqual(['0', '1']);
    expect(bodies(buffer.take(most) as never)).toEqual(['2']);
  });

  it('returns an item that is larger than asked for, so that it does not wait for ever', () => {
    const buffer = itemBuffer(sharedRoom({ mostItems: 10, mostBytes: 1_000_000 }));
    for (const item of lines(0, 2)) buffer.add(item, 900);

    expect(bodies(buffer.take({ items: 10, bytes: 100 }) as never)).toEqual(['0']);
  });

  it('drops the oldest items over its bound and returns how many', () => {
    const buffer = itemBuffer(sharedRoom({ mostItems: 2, mostBytes: 1_000_000 }));

    const dropped = lines(0, 4).map((item) => buffer.add(item, 100));

    expect(dropped).toEqual([0, 0, 1, 1]);
    expect(takeAll(buffer)).toEqual(['2', '3']);
  });

  it('drops as many as it takes to stay within the bytes, but keeps the newest in any case', () => {
    const buffer = itemBuffer(sharedRoom({ mostItems: 10, mostBytes: 250 + sourceBytes }));
    const dropped = [100, 100, 200, 900].map((bytes) => buffer.add(line('x'), bytes));

    expect(dropped).toEqual([0, 0, 2, 1]);
    expect(buffer.bytes).toBe(900 + sourceBytes);
  });

  it('counts items that were taken until they are settled, since they are still in memory', () => {
    const buffer = itemBuffer(sharedRoom({ mostItems: 4, mostBytes: 1_000_000 }));
    for (const item of lines(0, 3)) buffer.add(item, 100);
    buffer.take({ items: 2, bytes: 1_000_000 });

    const dropped = lines(3, 6).map((item) => buffer.add(item, 100));
    const whileTaken = buffer.bytes;
    buffer.settle([]);

    expect(dropped).toEqual([0, 1, 1]);
    expect([whileTaken, buffer.bytes]).toEqual([400 + sourceBytes, 200 + sourceBytes]);
  });

  it('puts items to send again in front of newer ones', () => {
    const buffer = itemBuffer(sharedRoom({ mostItems: 3, mostBytes: 1_000_000 }));
    for (const item of lines(0, 2)) buffer.add(item, 100);
    const taken = buffer.take(everything);
    for (const item of lines(2, 3)) buffer.add(item, 100);

    const dropped = buffer.settle(taken);

    expect(dropped).toBe(0);
    expect(buffer.bytes).toBe(300 + sourceBytes);
    expect(takeAll(buffer)).toEqual(['0', '1', '2']);
  });

  it('counts a source once while any item has it, and a resource once for all its sources', () => {
    const other: Source = { ...source, scope: { name: 'a database' } };
    const buffer = itemBuffer(sharedRoom({ mostItems: 3, mostBytes: 1_000_000 }));
    for (const item of lines(0, 3)) buffer.add(item, 100);
    buffer.add(aLog('3', { source: other }), 100);
    const withBoth = buffer.bytes;
    for (let item = 4; item < 7; item++) buffer.add(aLog(`${item}`, { source: other }), 100);

    expect(withBoth).toBe(300 + sourceBytes + estimateSourceBytes(other));
    expect(buffer.bytes).toBe(300 + estimateSourceBytes(other) + estimateResourceBytes(other.resource));
    buffer.handOver();
    expect(buffer.bytes).toBe(0);
  });

  it('hands over what waits, without what is being sent', () => {
    const buffer = itemBuffer(sharedRoom({ mostItems: 10, mostBytes: 1_000_000 }));
    for (const item of lines(0, 3)) buffer.add(item, 100);
    const taken = buffer.take({ items: 1, bytes: 1_000_000 });

    expect(bodies(buffer.handOver() as never)).toEqual(['1', '2']);
    buffer.settle(taken);
    expect(takeAll(buffer)).toEqual(['0']);
  });

  it('keeps nothing alive that it dropped or that was settled', async () => {
    const buffer = itemBuffer(sharedRoom({ mostItems: 600, mostBytes: 1_000_000 }));
    const added: WeakRef<Item>[] = [];
    const add = (item: Item) => {
      added.push(new WeakRef(item));
      buffer.add(item, 10);
    };
    for (let item = 0; item < 1_000; item++) add(line(`${item}`));
    buffer.take({ items: 100, bytes: 1_000_000 });
    buffer.settle([]);

    await collectGarbage();

    expect(added.filter((item) => item.deref() !== undefined)).toHaveLength(500);
  });

  it('loses nothing uncounted and counts exactly what it holds, whatever is added, taken and sent again', () => {
    const steps = fc.array(fc.constantFrom('add', 'add', 'add', 'take', 'settle', 'again', 'hand over'), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(steps, (names) => {
        const buffer = itemBuffer(sharedRoom({ mostItems: 20, mostBytes: 1_000_000 }));
        let [added, dropped, gone] = [0, 0, 0];
        let taken: Item[] = [];
        const settle = (again: Item[]) => {
          gone += taken.length - again.length;
          dropped += buffer.settle(again);
          taken = [];
        };
        for (const name of names) {
          if (name === 'add') {
            dropped += buffer.add(line('x'), 10);
            added += 1;
          } else if (name === 'take') taken.push(...buffer.take({ items: 7, bytes: 1_000_000 }));
          else if (name === 'settle') settle([]);
          else if (name === 'again') settle(taken.slice(taken.length >> 1));
          else gone += buffer.handOver().length;

          const held = taken.length + buffer.items;
          expect(added).toBe(dropped + gone + held);
          expect(held).toBeLessThanOrEqual(21);
          expect(buffer.bytes).toBe(held === 0 ? 0 : held * 10 + sourceBytes);
        }
      }),
    );
  });
});

/** After this turn: until then a weak reference keeps what it was made for. */
async function collectGarbage(): Promise<void> {
  await new Promise(setImmediate);
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
