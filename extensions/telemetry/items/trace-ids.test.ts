import fc from 'fast-check';
import { expect, it } from 'vitest';
import { headerParent, traceHeader, traceId } from '../../../test/support/builders/lambda-records.ts';
import { derivedId, parseTraceHeader, spanIdFrom, traceIdFrom } from './trace-ids.ts';

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

it('derives valid ids, the same from the same parts', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.integer())), (parts) => {
      const made = [derivedId(16, ...parts), derivedId(32, ...parts)];

      expect([spanIdFrom(made[0]), traceIdFrom(made[1])]).toEqual(made);
      expect([derivedId(16, ...parts), derivedId(32, ...parts)]).toEqual(made);
    }),
  );
});

it('derives different ids from parts that differ in one character', () => {
  const requests = Array.from({ length: 20_000 }, (_, index) => `6d68ca91-49c9-448d-89b8-${index.toString(16)}`);
  const half = (from: number, to: number) => new Set(requests.map((request) => derivedId(32, request).slice(from, to)));

  expect(new Set(requests.map((request) => derivedId(16, request, 1))).size).toBe(requests.length);
  expect([half(0, 16).size, half(16, 32).size, half(8, 24).size]).toEqual(Array(3).fill(requests.length));
});
