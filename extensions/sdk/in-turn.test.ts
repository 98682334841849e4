import { expect, it } from 'vitest';
import { inTurn } from './in-turn.ts';

it('runs so many at once and the others in their order, also after one that failed', async () => {
  const run = inTurn(2);
  const begun: string[] = [];
  const work = (name: string) => {
    const end = Promise.withResolvers<string>();
    const done = run(() => {
      begun.push(name);
      return end.promise;
    });
    return { ...end, done };
  };
  const [a, b, c, d] = [work('a'), work('b'), work('c'), work('d')];
  const atFirst = [...begun];

  b.reject(new Error('no'));
  await expect(b.done).rejects.toThrow('no');
  const afterOne = [...begun];
  for (const one of [a, c, d]) one.resolve('value');
  const values = await Promise.all([a, c, d].map(({ done }) => done));
  work('e');

  expect([atFirst, afterOne]).toEqual([
    ['a', 'b'],
    ['a', 'b', 'c'],
  ]);
  expect(values).toEqual(['value', 'value', 'value']);
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
});
