import fc from 'fast-check';
import { expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import { openDestination } from '../deliver/destination.ts';
import type { Exporter } from '../exporters/exporter.ts';
import { lastFlush } from './last-flush.ts';

const never = new AbortController().signal;
const clock = { ...manualClock(), sleep: async () => undefined };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** One request an item. */
const vendor: Exporter = {
  encode: (items) => items.map((item) => ({ url: 'http://vendor.test', headers: {}, body: '', items: [item] })),
  judge: ({ status }) => {
    if (status === 200) return { kind: 'delivered' };
    return status === 400 ? { kind: 'rejected', reason: 'odd' } : { kind: 'retry', reason: `answered ${status}` };
  },
};

function openVendor(name: string, statuses: readonly number[]) {
  let requests = 0;
  return openDestination({
    name,
    signals: ['logs'],
    exporter: async () => vendor,
    mostItems: 5,
    mostBytes: 10_000_000,
    send: async () => ({ status: statuses[requests++ % statuses.length] ?? 200, headers: {}, body: Buffer.alloc(0) }),
    clock,
    random: () => 0,
    lossItem: (reason, count) => aLog(`${count} ${reason}`),
    log: silent,
  });
}

it('says once what each destination has lost when the environment ends, and nothing else', async () => {
  const ofVendor = fc.record({
    statuses: fc.array(fc.constantFrom(200, 400, 503), { minLength: 1 }),
    items: fc.integer({ min: 0, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(ofVendor, { minLength: 1, maxLength: 3 }), fc.boolean(), async (vendors, hasFailover) => {
      const all = vendors.map(({ statuses }, index) => openVendor(`vendor${index}`, statuses));
      const failover = hasFailover ? all[0] : undefined;
      for (const [index, { items }] of vendors.entries())
        for (let item = 0; item < items; item++) all[index]?.add(aLog(`${item}`), 100);
      const lines: string[] = [];

      await lastFlush(all, failover, {
        clock,
        log: { ...silent, error: (line) => void lines.push(line.split(' because ', 1)[0] ?? '') },
        deadlineMs: clock.wallMs() + 2_000,
        signal: never,
      });

      const lost = all.filter((one) => one.counts().waiting > 0);
      expect(lines).toEqual(lost.map((one) => `Lost ${one.counts().waiting} records for ${one.name}`));
      for (const one of all) {
        const { received, delivered, dropped, rejected, handedOver, waiting } = one.counts();
        expect(received).toBe(delivered + dropped + rejected + handedOver + waiting);
      }
    }),
  );
});
