import { describe, expect, it } from 'vitest';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import { compactor } from './compact.ts';
import { byteEstimate } from './estimate-bytes.ts';
import type { Attributes, LogItem } from './item.ts';
import { logItem } from './log-line.ts';

const isTable = (value: unknown) => Object.getPrototypeOf(value) === null;

describe('compactor', () => {
  it('keeps objects of a shape that recurs as they are, and makes tables of others', () => {
    const { fields } = compactor();
    const recurring = Array.from({ length: 20 }, (_, line) => fields({ level: 'INFO', line }));
    const others = Array.from({ length: 20 }, (_, line) => fields({ level: 'INFO', [`line-${line}`]: line }));

    expect([isTable(recurring.at(-1)), others.every(isTable)]).toEqual([false, true]);
  });

  it('takes another order of the same keys for another shape, as V8 does', () => {
    const { fields } = compactor();
    for (let line = 0; line < 20; line++) fields({ a: 1, b: 2 });

    expect(isTable(fields({ b: 1, a: 2 }))).toBe(true);
  });

  it('changes no content and no order, at any depth', () => {
    const body = JSON.parse('{"z":{"unique-1":[1,"two",{"unique-2":null}]},"a":true,"__proto__":{"x":1}}');
    const text = JSON.stringify(body);
    const [item] = compactor().items([aLog(body, { attributes: { 'unique-3': { deep: [[{ 'unique-4': 1.5 }]] } } })]);

    expect(JSON.stringify(item)).toContain(text);
    expect(item?.attributes).toEqual({ 'unique-3': { deep: [[{ 'unique-4': 1.5 }]] } });
  });

  it('forgets shapes before they take much memory, and learns them again', () => {
    const { fields } = compactor();
    const isKept = () => {
      let kept: Attributes = {};
      for (let line = 0; line < 20; line++) kept = fields({ level: 'INFO', line });
      return !isTable(kept);
    };
    const before = isKept();
    for (let line = 0; line < 10_000; line++) fields({ [`key-${line}`]: 1 });
    const first = fields({ level: 'INFO', line: 0 });

    expect([before, isTable(first), isKept()]).toEqual([true, true, true]);
  });

  it('does not follow 10,000 levels of nesting', () => {
    const body = JSON.parse('['.repeat(10_000) + ']'.repeat(10_000));

    expect(compactor().items([aLog(body)])).toHaveLength(1);
  });
});

it.each([
  ['fields', { attributes: { a: 'hit', b: 'a longer text than ten', n: 1, f: 1.5, nil: null, big: 5n, is: true } }],
  [
    'nested fields',
    { attributes: { o: { p: { q: 'another long text' }, e: {} }, l: [1, 2.5, 'x', ['y', 3], {}, []] } },
  ],
  ['bytes', { attributes: { b: new Uint8Array(100) } }],
  ['unknown keys', { attributes: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`k-${at}`, at])) }],
  ['a body that is an object', { body: { a: 'a text of many characters', l: [1.5, 2.5] } }],
  ['a body that is a text', { attributes: { a: 1.5 }, body: 'a text of many characters' }],
])('counts what it compacts as the estimate does: %s', (_what, fields) => {
  const memory = compactor();
  const source = { resource: {}, scope: { name: 'x' } };
  const line = () => Object.assign(logItem('function', source, 'function', 0, 'short'), structuredClone(fields));

  // Whether a text or a key recurs is known after some items.
  for (let time = 0; time < 20; time++) {
    const [item] = memory.items([line()]) as [LogItem];
    expect(item.fieldBytes).toBeGreaterThan(0);
    const counted = byteEstimate(memory.shared)(item);
    item.fieldBytes = undefined;
    expect(counted).toBe(byteEstimate(memory.shared)(item));
  }
});
