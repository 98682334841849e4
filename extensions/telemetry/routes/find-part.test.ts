import fc from 'fast-check';
import { expect, it } from 'vitest';
import { noLimit } from '../items/budget.ts';
import { findPart } from './find-part.ts';

it('finds what indexOf finds, also in texts that repeat themselves', () => {
  const unit = fc.constantFrom('a', 'a', 'a', 'b');
  const part = fc.string({ unit, minLength: 1, maxLength: 40 });
  const text = fc.tuple(fc.string({ unit, maxLength: 8 }), fc.nat(10_000), fc.string({ unit, maxLength: 60 }));

  fc.assert(
    fc.property(part, text, fc.nat(50), (wanted, [start, times, end], from) => {
      const whole = start.repeat(Math.min(times, 9_000)) + end;

      expect(findPart(wanted)(whole, from, noLimit())).toBe(whole.indexOf(wanted, from));
    }),
    { numRuns: 500 },
  );
});

it.each<[string, (length: number) => string, string]>([
  ['a second character that is missing', (length) => `ab${'a'.repeat(length - 2)}`, 'a'.repeat(1_000_000)],
  ['one in the middle', (length) => `${'a'.repeat(length / 2)}b${'a'.repeat(length / 2)}`, 'a'.repeat(1_000_000)],
  ['one at the end', (length) => `${'a'.repeat(length)}b`, 'a'.repeat(1_000_000)],
  ['one after two characters in turn', (length) => `${'ab'.repeat(length / 2)}b`, 'ab'.repeat(500_000)],
])('takes time by the length of the text, not of the part: %s', (_what, partOf, text) => {
  const cpuMs = (length: number) => {
    const find = findPart(partOf(length));
    const before = process.threadCpuUsage();
    expect(find(text, 0, noLimit())).toBe(-1);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  };
  const least = (length: number) => Math.min(...Array.from({ length: 7 }, () => cpuMs(length)));

  expect(least(1_000) / (least(60) + 1)).toBeLessThan(6);
});
