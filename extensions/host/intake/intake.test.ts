import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLog } from '../../../foundation/log.ts';
import type { RunningExtension } from '../handlers.ts';
import { handedTexts } from '../services/handed-texts.ts';
import type { IntakeLine } from './control-lines.ts';
import { intake } from './intake.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const record = { time: '2026-01-01T00:00:00.000Z', type: 'function', record: 'a line' };

/** A store as a file, and what the host says about it. */
function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  const fd = openSync(join(folder, 'store'), 'w+');
  const [said, logged] = [[] as string[], [] as string[]];
  let hear: (line: IntakeLine) => void = () => undefined;
  let end = 0;
  const store = intake({
    fd,
    supervisor: {
      say: (...lines) => void said.push(...lines),
      saySoon: (...lines) => void said.push(...lines),
      listen(take) {
        hear = take;
      },
    },
    texts: handedTexts(),
    announceWork: (cpuMs) => void said.push(`busy ${cpuMs > 0}`),
    log: createLog({ name: 'host', level: 'info', format: 'text', write: (line) => logged.push(line.slice(25)) }),
  });
  const log = createLog({ name: 'x', level: 'error', format: 'text' });
  const extension: RunningExtension = {
    definition: { name: 'x' },
    handlers: { telemetry: () => undefined },
    log,
    telemetry: ['function'],
  };
  return {
    store,
    said,
    logged,
    begin: (take: Parameters<typeof store.begin>[1]) => store.begin([extension], take),
    hear: (line: IntakeLine) => hear(line),
    deliver(seq: number, body: string) {
      const length = writeSync(fd, body, end);
      hear({ kind: 'delivery', seq, offset: end, length });
      end += length;
    },
    leaveOut(length: number) {
      end += length;
    },
    [Symbol.dispose]() {
      closeSync(fd);
      rmSync(folder, { recursive: true });
    },
  };
}

it('takes deliveries one after the other, says which one it reads, and once that all are taken that came together', async () => {
  using all = setUp();
  const given: unknown[] = [];
  const settle: (() => void)[] = [];
  all.begin((records, ...deliveries) => {
    given.push([records.length, ...deliveries]);
    return new Promise((resolve) => settle.push(resolve));
  });
  const long = JSON.stringify([{ ...record, record: 'x'.repeat(40_000) }]);

  for (const seq of [3, 4, 6]) all.deliver(seq, long);
  await turn();
  const first = [given.length, ...all.said];
  for (const _delivery of [3, 4, 6]) {
    settle.shift()?.();
    await turn();
  }

  expect(first).toEqual([1, 'reads 0', 'takes at-once', 'reads 3']);
  expect(given).toEqual([3, 4, 6].map((seq) => [1, seq, seq]));
  expect(all.said).toEqual(['reads 0', 'takes at-once', 'reads 3', 'reads 4', 'reads 6', 'taken 6']);
});

it('takes short deliveries that lie side by side as one, and each record once, whatever their lengths', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(lengths, fc.integer({ min: 0, max: 32 }), async (all, firstNew) => {
      using store = setUp();
      const given: { deliveries: number[]; bytes: number }[] = [];
      store.hear({ kind: 'mark', name: 'x', seq: firstNew });
      store.begin(async (records, first, last) => {
        const deliveries = records.map(({ record: text }) => Number(String(text).split(' ', 1)));
        expect([deliveries[0], deliveries.at(-1)]).toEqual([first, last]);
        given.push({ deliveries, bytes: JSON.stringify(records).length });
      });

      for (const [index, length] of all.entries())
        store.deliver(index + 1, JSON.stringify([{ ...record, record: `${index + 1} ${'x'.repeat(length)}` }]));
      await turn();

      expect(given.flatMap(({ deliveries }) => deliveries)).toEqual(all.map((_, index) => index + 1));
      for (const { deliveries, bytes } of given) {
        const isAlone = deliveries.length === 1;
        expect(isAlone || (bytes <= 32 * 1024 && deliveries.every((delivery) => delivery >= firstNew))).toBe(true);
      }
    }),
  );
});

it('takes deliveries between which one was dropped apart', async () => {
  using all = setUp();
  const given: unknown[] = [];
  all.begin(async (_records, ...deliveries) => void given.push(deliveries));

  all.deliver(1, '[]');
  all.leaveOut(100);
  all.deliver(3, '[]');
  all.deliver(4, '[]');
  await turn();

  expect(given).toEqual([
    [1, 1],
    [3, 4],
  ]);
});

it('takes a delivery that cannot be read without records, and logs it', async () => {
  using all = setUp();
  const given: unknown[] = [];
  all.begin(async (records, ...deliveries) => void given.push([...deliveries, records]));

  all.deliver(1, JSON.stringify(record));
  all.deliver(2, '[{"secret": 1,');
  all.deliver(3, JSON.stringify([record, record]));
  all.hear({ kind: 'delivery', seq: 4, offset: 1_000_000, length: 5 });
  await turn();

  expect(given).toEqual([
    [1, 3, [record, record, record]],
    [4, 4, []],
  ]);
  expect(all.said.at(-1)).toBe('taken 4');
  expect(all.logged).toEqual([
    'WARN [host] Dropped a telemetry delivery that cannot be read: SyntaxError.',
    'WARN [host] Dropped a telemetry delivery that cannot be read: Error: the store ends after 0 of its 5 bytes.',
  ]);
});

it('reads no further delivery while it is held back, and says until then that the others are taken', async () => {
  using all = setUp();
  const room = Promise.withResolvers<void>();
  const given: unknown[] = [];
  all.begin(async (_records, ...deliveries) => {
    given.push(deliveries);
    all.store.holdBack(room.promise);
  });
  const long = JSON.stringify([{ ...record, record: 'x'.repeat(40_000) }]);

  all.deliver(1, long);
  all.deliver(2, long);
  await turn();
  const before = [given.length, ...all.said];
  room.resolve();
  await turn();

  expect(before).toEqual([1, 'reads 0', 'takes at-once', 'reads 1', 'taken 1']);
  expect(given).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(all.said.slice(4)).toEqual(['reads 2', 'taken 2']);
});

it('has caught up when all that was handed over before `given` is dealt with', async () => {
  using all = setUp();
  const settled = Promise.withResolvers<void>();
  all.begin(() => settled.promise);
  let isCaughtUp = false;

  void all.store.catchUp().then(() => {
    isCaughtUp = true;
  });
  all.deliver(1, '[]');
  all.hear({ kind: 'given' });
  await turn();
  const before = isCaughtUp;
  settled.resolve();
  await turn();

  expect([before, isCaughtUp]).toEqual([false, true]);
  expect(all.said).toEqual(['reads 0', 'takes at-once', 'give', 'reads 1', 'taken 1']);
});

it('leaves a memo before the marks that it explains, and only new marks', () => {
  using all = setUp();
  all.hear({ kind: 'mark', name: 'x', seq: 4 });

  all.store.leave('first');
  all.store.leave('second');
  all.store.marks.tell([['x', 5]]);
  all.store.leave('third');
  all.store.marks.tell([['x', 5]]);
  all.store.marks.tell([
    ['x', 3],
    ['y', 1],
  ]);

  const memo = (text: string) => `memo ${Buffer.from(text).toString('base64')}`;
  expect([all.store.marks.earlier('x'), all.store.marks.earlier('y')]).toEqual([4, 1]);
  expect(all.said).toEqual([memo('second'), 'mark x 5', memo('third'), 'mark y 1']);
});

it('tells each text once, cut to what a line takes, and never in the middle of a character', () => {
  using all = setUp();
  const long = `${'x'.repeat(65_535)}é`;

  all.store.redacts(['secret', '', 'secret']);
  all.store.redacts(['secret', long]);

  const texts = all.said.map((line) => Buffer.from(line.slice('text '.length), 'base64').toString());
  expect(texts).toEqual(['secret', 'x'.repeat(65_535)]);
});

it.each([
  [
    'full',
    'Lost 7 telemetry records, because the store of deliveries was full. Raise EXTENSIONS_TELEMETRY_STORE_BYTES',
  ],
  ['harmful', 'Lost 7 telemetry records, because two processes of the host ended while they read them.'],
])('logs what was lost, and says so: %s', (reason, line) => {
  using all = setUp();

  all.hear({ kind: 'lost', reason, records: 7 });

  expect(all.logged).toEqual([expect.stringContaining(`ERROR [host] ${line}`)]);
  expect(all.said).toEqual([`reported ${reason} 7`]);
});
