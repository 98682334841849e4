import fc from 'fast-check';
import { expect, it } from 'vitest';
import { headerParent, traceHeader, traceId } from '../../../test/support/builders/lambda-records.ts';
import { parseTraceHeader, randomId, spanIdFrom, traceIdFrom } from './trace-ids.ts';

it.each([
  [traceHeader, { traceId, parentSpanId: headerParent, isSampled: true }],
  ['Root=1-62e900b2-710d76f009d6e7785905449a', { traceId, parentSpanId: undefined, isSampled: false }],
  [
    'Sampled=0; Root=1-62E900B2-710d76f009d6e7785905449a;Lineage=a:1',
    { traceId, parentSpanId: undefined, isSampled: false },
  ],
  ['Parent=0efbd19962d95b05;Sampled=1', undefined],
  ['Root=1-62e900b2', undefined],
  ['', undefined],
  [undefined, undefined],
  [{ value: traceHeader }, undefined],
])('reads %j', (header, expected) => {
  expect(parseTraceHeader(header)).toEqual(expected);
});

it.each([
  [traceId, traceId],
  [traceId.toUpperCase(), traceId],
  ['1-62e900b2-710d76f009d6e7785905449a', traceId],
  [traceHeader, traceId],
  ['0'.repeat(32), undefined],
  [traceId.replace('6', 'g'), undefined],
  [traceId.replace('6', '\u0016'), undefined],
  [traceId.slice(1), undefined],
  [7, undefined],
])('takes %j as the trace id %j', (value, expected) => {
  expect(traceIdFrom(value)).toBe(expected);
});

it('makes ids that are valid whatever the chance', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(chance, (value) => {
      const made = [randomId(16, () => value), randomId(32, () => value)];

      expect([spanIdFrom(made[0]), traceIdFrom(made[1])]).toEqual(made);
    }),
  );
});
