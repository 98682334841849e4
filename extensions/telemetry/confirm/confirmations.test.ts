import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import { itemBuffer } from '../deliver/buffer.ts';
import { sharedRoom } from '../deliver/room.ts';
import type { Item } from '../items/item.ts';
import { confirmations } from './confirmations.ts';

const NAMES = ['up', 'down', 'flaky'];

/** Buffers of three destinations, and what the supervisor is told. */
function setUp(earlier: Record<string, number> = {}) {
  const told: { marks: Record<string, number>; memo: string | undefined }[] = [];
  const buffers = NAMES.map(() => itemBuffer(sharedRoom({ mostItems: 20, mostBytes: 1_000_000 })));
  const waiting: Item[] = [];
  let read = 0;
  const confirm = confirmations({
    telemetry: {
      confirmed: (_extension, keeper) => earlier[keeper] ?? 1,
      confirm: (_extension, marks, memo) => void told.push({ marks, memo }),
    },
    endpoints: buffers.map(({ oldestDelivery }, index) => ({ name: NAMES[index] as string, oldestDelivery })),
    oldestWaiting: () => waiting[0]?.delivery,
    state: () => read,
    memo: (state) => String(state),
  });
  const add = (index: number, item: Item) => void buffers[index]?.add(item, 10);
  return {
    told,
    buffers,
    confirm,
    add,
    hold: (item: Item) => void waiting.push(item),
    release: () => waiting.splice(0),
    waiting: () => waiting,
    readOne: () => {
      read += 1;
    },
  };
}

/** What happens, in any order: a delivery comes, a destination takes some items, settles them, or hands them over. */
type Step =
  | { do: 'deliver'; items: readonly (readonly boolean[])[]; isHeld: boolean }
  | { do: 'take' | 'settle' | 'keep'; index: number; items: number }
  | { do: 'release' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('deliver' as const),
      items: fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { maxLength: 6 }),
      isHeld: fc.boolean(),
    }),
    fc.record({
      do: fc.constantFrom('take' as const, 'settle' as const, 'keep' as const),
      index: fc.nat(2),
      items: fc.integer({ min: 1, max: 8 }),
    }),
    fc.record({ do: fc.constant('release' as const) }),
  ),
  { maxLength: 60 },
);

describe('a destination', () => {
  it('never confirms a delivery of which it still needs an item, in any order of events, and all in the end', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = setUp();
        const { told, buffers, confirm } = world;
        /** Of each destination, the items that it needs: they wait, or are on their way. */
        const needed = NAMES.map(() => new Set<Item>());
        const taken = NAMES.map(() => [] as Item[]);
        let [delivery, highest] = [0, 0];

        const put = (item: Item, to: readonly boolean[]) => {
          for (const index of NAMES.keys()) {
            if (to[index] !== true) continue;
            needed[index]?.add(item);
            world.add(index, item);
          }
        };
        const held: [Item, readonly boolean[]][] = [];
        const release = () => {
          world.release();
          for (const [item, to] of held.splice(0)) put(item, to);
        };
        const settle = (index: number, again: Item[]) => {
          for (const item of taken[index] ?? []) if (!again.includes(item)) needed[index]?.delete(item);
          buffers[index]?.settle(again);
          taken[index] = [];
        };
        /** What the buffer has dropped is counted there, and needed no more. */
        const forgetDropped = () => {
          for (const [index, buffer] of buffers.entries()) {
            const oldest = buffer.oldestDelivery() ?? Number.POSITIVE_INFINITY;
            for (const item of needed[index] ?? [])
              if ((item.delivery ?? 0) < oldest && !held.some(([one]) => one === item)) needed[index]?.delete(item);
          }
        };
        const check = () => {
          forgetDropped();
          for (const { marks } of told.splice(0)) {
            for (const [index, name] of NAMES.entries()) {
              const mark = marks[name] as number;
              const oldest = Math.min(
                ...[...(needed[index] ?? [])].map((item) => item.delivery as number),
                ...held.map(([item]) => item.delivery as number),
                highest + 1,
              );
              expect(mark).toBeLessThanOrEqual(oldest);
            }
          }
        };

        for (const step of all) {
          switch (step.do) {
            case 'deliver': {
              delivery += 1;
              confirm.begin(delivery);
              for (const to of step.items) {
                const item = aLog('line', { delivery });
                if (step.isHeld) {
                  held.push([item, to]);
                  world.hold(item);
                } else put(item, to);
                confirm.tell();
                check();
              }
              highest = delivery;
              confirm.end(delivery);
              break;
            }
            case 'take':
              taken[step.index]?.push(...(buffers[step.index]?.take({ items: step.items, bytes: 1_000 }) ?? []));
              break;
            case 'settle':
              settle(step.index, []);
              break;
            case 'keep':
              settle(step.index, (taken[step.index] ?? []).slice(-step.items));
              break;
            case 'release':
              release();
              break;
            default:
              step satisfies never;
          }
          confirm.tell();
          check();
        }

        const last: Record<string, number> = {};
        release();
        for (const [index, buffer] of buffers.entries()) {
          settle(index, []);
          taken[index] = buffer.take({ items: 1_000, bytes: 1_000_000 });
          settle(index, []);
        }
        confirm.begin(delivery + 1);
        confirm.end(delivery + 1);
        for (const { marks } of told) Object.assign(last, marks);
        expect(last).toEqual(Object.fromEntries(NAMES.map((name) => [name, delivery + 2])));
      }),
    );
  });

  it('says nothing new as long as it has an item of the oldest delivery', () => {
    const { confirm, add, told } = setUp();
    for (const delivery of [1, 2, 3]) {
      confirm.begin(delivery);
      for (const index of NAMES.keys()) add(index, aLog('line', { delivery }));
      confirm.end(delivery);
    }

    expect(told).toEqual([]);
  });

  it('that handed its items over confirms them when all that is left has been reported', () => {
    const { confirm, add, told, buffers } = setUp();
    confirm.begin(1);
    add(1, aLog('line', { delivery: 1 }));
    confirm.end(1);

    buffers[1]?.handOver(() => true);
    confirm.tell();
    const before = told.splice(0);
    confirm.tellAll();

    expect(before.map(({ marks }) => marks)).toEqual([{ up: 2, down: 1, flaky: 2 }]);
    expect(told.map(({ marks }) => marks)).toEqual([{ up: 2, down: 2, flaky: 2 }]);
  });

  it('skips what it confirmed in the process before, and its mark never goes down', () => {
    const { confirm, add, told } = setUp({ up: 7, down: 5 });

    const done = [5, 6, 7].map((delivery) => {
      confirm.begin(delivery);
      const isDone = NAMES.map((name) => confirm.isDone(name, delivery));
      for (const [index, is] of isDone.entries()) if (!is) add(index, aLog('line', { delivery }));
      confirm.end(delivery);
      return isDone;
    });

    expect(done).toEqual([
      [true, false, false],
      [true, false, false],
      [false, false, false],
    ]);
    expect(told).toEqual([{ marks: { up: 7, down: 5, flaky: 5 }, memo: '0' }]);
  });
});

it('leaves the state before the first delivery that the next process gets', () => {
  const { confirm, add, buffers, told, readOne } = setUp();
  for (const delivery of [1, 2, 3]) {
    confirm.begin(delivery);
    readOne();
    for (const index of NAMES.keys()) add(index, aLog('line', { delivery }));
    confirm.end(delivery);
  }

  for (const items of [1, 1, 1]) {
    for (const buffer of buffers) {
      buffer.take({ items, bytes: 1_000 });
      buffer.settle([]);
    }
    confirm.tell();
  }

  expect(told).toEqual(
    [2, 3, 4].map((mark) => ({ marks: { up: mark, down: mark, flaky: mark }, memo: String(mark - 1) })),
  );
});

it('leaves the state before a delivery, not one in its middle', () => {
  const { confirm, readOne, told } = setUp();
  confirm.begin(1);
  readOne();
  confirm.end(1);
  confirm.begin(2);
  readOne();

  confirm.tell();

  expect(told).toEqual([{ marks: { up: 2, down: 2, flaky: 2 }, memo: '1' }]);
});
