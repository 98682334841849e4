import { expect, it } from 'vitest';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import type { Item, Source } from '../items/item.ts';
import { equalSources } from './equal-sources.ts';

const aSource = (service: string, scope: string): Source => ({
  resource: { 'service.name': service, pid: 7n, raw: new Uint8Array(2) },
  scope: { name: scope },
});
const from = (source: Source): Item => aLog('a', { origin: 'otlp', source });

it('gives items of equal sources the same one, whatever request they came with', () => {
  const unify = equalSources();

  const [first] = unify([from(aSource('shop', 'http'))]);
  const [second, third] = unify([from(aSource('shop', 'http')), from(aSource('shop', 'db'))]);

  expect(second?.source).toBe(first?.source);
  expect(third?.source.resource).toBe(first?.source.resource);
  expect(third?.source).toEqual(aSource('shop', 'db'));
});

it('keeps different sources apart', () => {
  const items = [aSource('shop', 'http'), aSource('cart', 'http'), aSource('shop', 'db')].map(from);

  expect(equalSources()(items)).toEqual(items);
});

it('remembers so many only', () => {
  const unify = equalSources();
  const [first] = unify([from(aSource('shop', 'http'))]);
  for (let scope = 0; scope < 300; scope++) unify([from(aSource('shop', `${scope}`))]);

  const [again] = unify([from(aSource('shop', 'http'))]);

  expect(again).toEqual(first);
  expect(again?.source).not.toBe(first?.source);
});
