import { describe, expect, it } from 'vitest';
import { logRules } from './datadog-log-rules.ts';

const mask = (pattern: string, replace_placeholder = '[masked]') => ({
  type: 'mask_sequences',
  name: 'mask',
  pattern,
  replace_placeholder,
});
const rulesOf = (...rules: unknown[]) => logRules(JSON.stringify(rules));

describe('rules of Datadog for logs', () => {
  it.each([
    ['a card number', mask('(?:4[0-9]{12}(?:[0-9]{3})?)'), 'card 4111111111111111 ok', 'card [masked] ok'],
    ['each match', mask('user=\\w+', 'user=?'), 'user=ann user=bob', 'user=? user=?'],
    ['in either case', mask('(?i)secret'), 'SECRET, Secret', '[masked], [masked]'],
    ['without a placeholder', { type: 'mask_sequences', pattern: 'a+' }, 'baab', 'bb'],
    ['lazily written', mask('key=.*?;'), 'key=abc; rest', '[masked] rest'],
    ['with a named group', mask('(?P<key>api_key)=[a-z]+'), 'api_key=abc', '[masked]'],
    ['a question mark after a set of quantifiers', mask('x[+?]?y'), 'x?y', '[masked]'],
    ['JSON', mask('"ssn":"[0-9]+"', '"ssn":"?"'), '{"ssn":"123","n":1}', '{"ssn":"?","n":1}'],
  ])('mask %s', (_case, rule, message, expected) => {
    expect(rulesOf(rule)?.(message)).toBe(expected);
  });

  it('exclude what matches, and include only what matches, one after the other', () => {
    const follow = rulesOf(
      { type: 'include_at_match', name: 'i', pattern: 'order' },
      { type: 'exclude_at_match', name: 'e', pattern: 'health' },
      mask('[0-9]+'),
    );

    expect(['order 12', 'order health', 'other'].map((message) => follow?.(message))).toEqual([
      'order [masked]',
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['no JSON', '[{"type":', 'is not a JSON list of rules'],
    ['no list', '{}', 'is not a JSON list of rules'],
    ['an unknown type', '[{"type":"multi_line","pattern":"a"}]', 'rule 1: expected one of the types mask_sequences'],
    ['no pattern', '[{"type":"mask_sequences"}]', 'rule 1: has no pattern'],
    ['look-around', '[{"type":"mask_sequences","pattern":"a(?=b)"}]', 'rule 1: (?= is not supported'],
  ])('that cannot be followed stop the destination, since a mask must not be left out: %s', (_case, text, message) => {
    expect(() => logRules(text)).toThrow(message);
  });
});
