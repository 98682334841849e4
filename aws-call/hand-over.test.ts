import fc from 'fast-check';
import { expect, it } from 'vitest';
import { handOverLines, TEXTS_END, textOfLine } from './hand-over.ts';

it('gives each text back, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 })), (texts) => {
      const [first, ...lines] = handOverLines('token', texts).split('\n');

      expect(first).toBe('token token');
      expect(lines.slice(0, -2).map(textOfLine)).toEqual(texts);
      expect(lines.slice(-2)).toEqual([TEXTS_END, '']);
    }),
  );
});

it.each(['', 'token x', 'texts-end', '{"eventType":"INVOKE"}'])('finds no text in the line %j', (line) => {
  expect(textOfLine(line)).toBeUndefined();
});
