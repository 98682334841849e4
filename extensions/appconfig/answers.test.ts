import { describe, expect, it } from 'vitest';
import { AnswerMemory } from './answer-memory.ts';
import { answerFrom } from './answers.ts';
import type { Configuration } from './configuration.ts';
import { hasEtag } from './etag.ts';
import { profile } from './profile.ts';

/** One flag, which counts how often it is evaluated. */
function counting() {
  const evaluations: string[] = [];
  const flag = {
    evaluate: (context: ReadonlyMap<string, string>) => {
      evaluations.push(context.get('id') ?? '');
      return `{"id":"${context.get('id')}"}`;
    },
  };
  const configuration: Configuration = {
    content: Buffer.from(''),
    contentType: 'application/ion',
    version: undefined,
    etag: '"e"',
    hasVariants: true,
    flags: () => new Map([['flag', flag]]),
    answers: new AnswerMemory(),
  };
  const wish = { kind: 'read', profile: profile('a', 'b', 'c'), flags: ['flag'], flagsKey: 'flag', waitMs: 0 } as const;
  const told: string[] = [];
  const ask = (context: string) => answerFrom(configuration, wish, context, ({ flags }) => told.push(flags.join()));
  return { ask, evaluations, told };
}

describe('a flag', () => {
  it('is evaluated once for each context', () => {
    const { ask, evaluations } = counting();

    const answers = ['id=1', 'id=2', 'id=1', 'id=2'].map((context) => ask(context).body);

    expect(answers).toEqual(['{"id":"1"}', '{"id":"2"}', '{"id":"1"}', '{"id":"2"}']);
    expect(evaluations).toEqual(['1', '2']);
  });

  it('reports when it was evaluated, and not when its answer is in memory', () => {
    const { ask, told } = counting();

    for (const context of ['id=1', 'id=1', 'id=2']) ask(context);

    expect(told).toEqual(['flag', 'flag']);
  });

  it('is kept for a bounded number of contexts', () => {
    const { ask, evaluations } = counting();

    for (let id = 0; id < 5_000; id++) ask(`id=${id}`);
    ask('id=4999');
    ask('id=0');

    expect(evaluations).toHaveLength(5_001);
  });

  it('has another ETag for another variant alone', () => {
    const { ask } = counting();
    const etag = (context: string) => ask(context).headers.ETag;

    expect(etag('id=1')).toBe(etag('id=1, more=x'));
    expect(etag('id=1')).not.toBe(etag('id=2'));
  });
});

it.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['*', true],
  ['"b"', false],
  ['a', false],
  [undefined, false],
])('If-None-Match: %s names the answer "a": %s', (header, expected) => {
  expect(hasEtag(header, '"a"')).toBe(expected);
});
