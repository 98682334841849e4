import { expect, it } from 'vitest';
import { log, metric, span } from '../../../../test/support/builders/exporter-items.ts';
import type { Item } from '../../items/item.ts';
import { encodeWithin } from './encode-within.ts';
import { flatRecords } from './flat-record.ts';

const encode = (item: Item) => JSON.parse(encodeWithin(item, flatRecords(), 1_000));
const long = 'x'.repeat(2_000);

it('leaves alone what fits', () => {
  expect(encode(log({ body: 'a line', attributes: { user: 1 } }))).toMatchObject({
    message: 'a line',
    attributes: { user: 1 },
  });
});

it('cuts the message first', () => {
  const { message, attributes } = encode(log({ body: long, attributes: { user: 1 } }));

  expect(message).toMatch(/^x{500,}\[cut\]$/);
  expect(attributes).toEqual({ user: 1 });
});

it('counts what the message takes in JSON', () => {
  const { message } = encode(log({ body: '"\n\u0001'.repeat(600) }));

  expect(message).toMatch(/\[cut\]$/);
  expect(message.length).toBeGreaterThan(100);
});

it('gives up attributes where the message cannot make room for them', () => {
  const { message, attributes } = encode(log({ body: 'a line', attributes: { long } }));

  expect([message, attributes]).toEqual(['a line', { 'telemetry.cut': true }]);
});

it('keeps the name and the number of a metric, and the ids of a span', () => {
  const attributes = { long };

  expect(encode(metric('duration', { kind: 'gauge', value: 1.5 }, { attributes }))).toMatchObject({
    name: 'duration',
    value: 1.5,
    attributes: { 'telemetry.cut': true },
  });
  expect(encode(span({ attributes, name: long }))).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    durationMs: 12.5,
    attributes: { 'telemetry.cut': true },
  });
});
