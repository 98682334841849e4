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
    ['digits', mask('id=[[:digit:]]+'), 'id=12', '[masked]'],
    ['digits and blanks', mask('[\\d[:space:]-]+'), 'x12 3-4y', 'x[masked]y'],
    ['what ends before a bracket', mask('key [^]]+'), '[key abc] rest', '[[masked]] rest'],
    ['what begins with a bracket', mask('[]x]+'), 'a]xb', 'a[masked]b'],
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

  it('mask what was not searched in time for another rule', () => {
    const long = Array.from({ length: 200_000 }, (_, at) => (Math.sin(at * at) > 0 ? 'a' : 'b')).join('');
    const follow = rulesOf({ type: 'exclude_at_match', name: 'e', pattern: '(a|b)*a(a|b){200}!' }, mask('secret'));

    expect(follow?.(`secret ${long}`)).not.toContain('secret');
  });

  it('apply to a line and to the message that it becomes', () => {
    const wrap = (line: string) => `{"message":${JSON.stringify(line)},"user":"ann"}`;

    const follow = rulesOf(
      { type: 'include_at_match', name: 'i', pattern: '^user' },
      { type: 'exclude_at_match', name: 'e', pattern: '"user":"bob"' },
      mask('"ssn":"[0-9]+"', 'x'),
      mask('ann$|"user":"ann"', '"user":"?"'),
    );

    expect(follow?.('user {"ssn":"12"}', wrap)).toBe('{"message":"user {x}","user":"?"}');
    expect(follow?.('other {"ssn":"12"}', wrap)).toBeUndefined();
    expect(follow?.('user', (line) => wrap(line).replace('ann', 'bob'))).toBeUndefined();
  });

  it.each([
    ['no JSON', '[{"type":', 'is not a JSON list of rules'],
    ['no list', '{}', 'is not a JSON list of rules'],
    ['an unknown type', '[{"type":"multi_line","pattern":"a"}]', 'rule 1: expected one of the types mask_sequences'],
    ['no pattern', '[{"type":"mask_sequences"}]', 'rule 1: has no pattern'],
    [
      'a set without another',
      '[{"type":"mask_sequences","pattern":"[a-z&&[^b]]+"}]',
      'rule 1: && in [ ] is not supported',
    ],
    ['a set in a set', '[{"type":"mask_sequences","pattern":"[x[0-9]]+"}]', 'rule 1: [ in [ ] is not supported'],
    ['an inverted class', '[{"type":"mask_sequences","pattern":"[[:^alpha:]]+"}]', 'rule 1: [:^alpha:] in [ ] is not'],
    ['look-around', '[{"type":"mask_sequences","pattern":"a(?=b)"}]', 'rule 1: (?= is not supported'],
  ])('that cannot be followed stop the destination, since a mask must not be left out: %s', (_case, text, message) => {
    expect(() => logRules(text)).toThrow(message);
  });
});
