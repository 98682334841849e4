import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ZipEntry, zipEntries } from './zip.ts';

const entry = fc.record({
  path: fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8})?$/),
  kind: fc.constantFrom<ZipEntry['kind']>('file', 'executable', 'link'),
  bytes: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});
const entries = fc.uniqueArray(entry, { selector: ({ path }) => path, maxLength: 6 });

it('has the same bytes whatever the order of its entries is', async () => {
  await fc.assert(
    fc.asyncProperty(entries, async (some) => {
      expect(await zipEntries(some.toReversed())).toEqual(await zipEntries(some));
    }),
    { numRuns: 20 },
  );
});
