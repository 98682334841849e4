import { expect, it } from 'vitest';
import { handedTexts } from './handed-texts.ts';

it('keeps each text once, and drops the ones that were handed over first when there are too many', () => {
  const texts = handedTexts();

  for (let number = 0; number < 16_385; number++) texts.take(`text ${number}`);
  texts.take('text 7');

  const kept = [...texts.all()];
  expect(kept).toHaveLength(16_384);
  expect(kept[0]).toBe('text 1');
  expect(kept.at(-1)).toBe('text 7');
  expect(kept.filter((text) => text === 'text 7')).toHaveLength(1);
});

it('keeps four megabytes at most, in bytes of UTF-8', () => {
  const texts = handedTexts();

  for (let number = 0; number < 100; number++) texts.take(`${String(number).padStart(3)}${'ü'.repeat(32_000)}`);

  expect([...texts.all()].map((text) => text.slice(0, 3).trim())).toEqual(
    Array.from({ length: 65 }, (_, index) => String(index + 35)),
  );
});
