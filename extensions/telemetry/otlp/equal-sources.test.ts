import { expect, it } from 'vitest';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import type { Attributes, Item, Source } from '../items/item.ts';
import { equalSources } from './equal-sources.ts';

const aSource = (service: string, scope: string): Source => ({
  resource: { 'service.name': service, pid: 7n, raw: new Uint8Array(2) },
  scope: { name: scope },
});
const asItIs = (attributes: Attributes) => attributes;
const from = (source: Source): Item => aLog('a', { origin: 'otlp', source });

it('gives items of equal sources the same one, whatever request they came with', () => {
  const unify = equalSources(asItIs);

  const [first] = unify([from(aSource('shop', 'http'))]);
  const [second, third] = unify([from(aSource('shop', 'http')), from(aSource('shop', 'db'))]);

  expect(second?.source).toBe(first?.source);
  expect(third?.source.resource).toBe(first?.source.resource);
  expect(third?.source).toEqual(aSource('shop', 'db'));
});

it('keeps different sources apart', () => {
  const items = [aSource('shop', 'http'), aSource('cart', 'http'), aSource('shop', 'db')].map(from);

  expect(equalSources(asItIs)(items)).toEqual(items);
});

it.each([
  ['many small sources', 3_000, 10],
  ['few large sources', 10, 40_000],
])('forgets a source after %s, which would take too much memory', (_case, count, length) => {
  const unify = equalSources(asItIs);
  const [first] = unify([from(aSource('shop', 'http'))]);
  for (let scope = 0; scope < count; scope++) unify([from(aSource('shop', `${scope}`.padEnd(length)))]);

  const [again] = unify([from(aSource('shop', 'http'))]);

  expect(again).toEqual(first);
  expect(again?.source).not.toBe(first?.source);
});

it('does not forget the others for one that is larger than all it may remember', () => {
  const unify = equalSources(asItIs);
  const [first] = unify([from(aSource('shop', 'http'))]);
  unify([from(aSource('shop', 'x'.repeat(1_000_000)))]);

  const [again] = unify([from(aSource('shop', 'http'))]);

  expect(again?.source).toBe(first?.source);
});
