import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedBuffer } from './index.ts';

describe('boundedBuffer', () => {
  it('gives items in their order, and puts back what could not be sent', () => {
    const buffer = boundedBuffer<string>({ items: 10 });
    for (const item of ['a', 'b', 'c']) buffer.add(item);

    const taken = buffer.take(2);
    buffer.putBack(taken);

    expect(taken).toEqual(['a', 'b']);
    expect(buffer.take()).toEqual(['a', 'b', 'c']);
    expect([buffer.items, buffer.bytes, buffer.dropped]).toEqual([0, 0, 0]);
  });

  it('takes whole items where a part of one is asked for, and loses none', () => {
    const buffer = boundedBuffer<number>({ items: 9 });
    for (const item of [1, 2, 3]) buffer.add(item);

    expect([buffer.take(buffer.items / 2), buffer.take()]).toEqual([[1], [2, 3]]);
  });

  it('keeps an item that is larger than the buffer, as the newest', () => {
    const buffer = boundedBuffer<string>({ items: 10, bytes: 3, bytesOf: ({ length }) => length });

    expect([buffer.add('ab'), buffer.add('large')]).toEqual([0, 1]);
    expect(buffer.take()).toEqual(['large']);
  });

  it.each([0, -1, Number.NaN])('refuses the bound %s', (bound) => {
    expect(() => boundedBuffer({ items: bound })).toThrow(RangeError);
    expect(() => boundedBuffer({ items: 1, bytes: bound })).toThrow(`the bound ${bound} of a buffer`);
  });

  it('holds the newest of what came, in order, within its bounds, and counts the rest', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), size: fc.nat(6) }),
      fc.record({ do: fc.constant('take' as const), most: fc.nat(5) }),
      fc.record({ do: fc.constant('putBack' as const) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 20 }),
        (steps, items, bytes) => {
          const buffer = boundedBuffer<{ id: number; size: number }>({ items, bytes, bytesOf: ({ size }) => size });
          let model: { id: number; size: number }[] = [];
          let taken: typeof model = [];
          let dropped = 0;
          const sum = () => model.reduce((total, { size }) => total + size, 0);
          const cut = () => {
            while (model.length > 1 && (model.length > items || sum() > bytes)) {
              model = model.slice(1);
              dropped++;
            }
          };
          steps.forEach((one, id) => {
            if (one.do === 'add') {
              model.push({ id, size: one.size });
              cut();
              buffer.add({ id, size: one.size });
            } else if (one.do === 'take') {
              taken = model.slice(0, one.most);
              model = model.slice(one.most);
              expect(buffer.take(one.most)).toEqual(taken);
            } else {
              model = [...taken, ...model];
              cut();
              buffer.putBack(taken);
              taken = [];
            }
            expect([buffer.items, buffer.bytes, buffer.dropped]).toEqual([model.length, sum(), dropped]);
          });
          expect(buffer.take()).toEqual(model);
        },
      ),
    );
  });
});
