import { describe, expect, it } from 'vitest';
import { readFlags, withoutEnd } from './read-flags.ts';

/** Whether the rule holds for that context; the problem where it cannot be read. */
async function judge(rule: string, context: Record<string, string> = {}): Promise<boolean | string> {
  const problems: string[] = [];
  const text = `'flag'::[ [ ${rule}, '''{"enabled":true}''' ], '''{"enabled":false}''' ]`;
  const flags = await readFlags(text, (problem) => problems.push(problem));
  return (
    problems[0] ?? flags.get('flag')?.evaluate(new Map(Object.entries(context)), withoutEnd) === '{"enabled":true}'
  );
}

describe('a rule', () => {
  it.each([
    ['(eq $country "DE")', { country: 'DE' }, { country: 'de' }],
    ['(eq "DE" $country)', { country: 'DE' }, { country: 'AT' }],
    ['(eq $age 65)', { age: '65' }, { age: '66' }],
    ['(eq $age 65)', { age: '6.5E+01' }, { age: 'old' }],
    ['(eq $a $b)', { a: '1', b: '1.0' }, { a: '1', b: 'one' }],
    ['(eq $big 9007199254740993)', { big: '9007199254740993' }, { big: '9007199254740992' }],
    ['(eq $beta true)', { beta: 'true' }, { beta: 'false' }],
    ['(eq $beta true)', { beta: 'TRUE' }, { beta: '1' }],
    ['(eq $code "007")', { code: '007' }, { code: '7' }],
    ['(gt $age 65)', { age: '65.5' }, { age: '65' }],
    ['(gt $age -7)', { age: '-6' }, { age: '-8' }],
    ['(gt $age 1.5e1)', { age: '16' }, { age: '15' }],
    ['(gte $age 65)', { age: '65' }, { age: '64.9' }],
    ['(lt $age 65)', { age: '9' }, { age: '65' }],
    ['(lte $age 65)', { age: '65' }, { age: '66' }],
    ['(lt $name "m")', { name: 'anna' }, { name: 'zoe' }],
    ['(gt $since 2012-03-04T05:06:07-08:00)', { since: '2012-03-04T13:06:08Z' }, { since: '2012-03-04T13:06:07Z' }],
    ['(gte $since 2024-01)', { since: '2024-01-01' }, { since: '2023-12-31' }],
    ['(lt $since 2024-01-15)', { since: '2024-01' }, { since: 'yesterday' }],
    ['(and (eq $a "1") (eq $b "2"))', { a: '1', b: '2' }, { a: '1', b: '3' }],
    ['(and (eq $a "1") (eq $b "2") (eq $c "3"))', { a: '1', b: '2', c: '3' }, { a: '1', b: '2', c: '4' }],
    ['(or (eq $a "1") (eq $b "2"))', { a: '0', b: '2' }, { a: '0', b: '0' }],
    ['(or (eq $a "1") (eq $b "2"))', { b: '2' }, { a: '0' }],
    ['(not (eq $a "1"))', { a: '2' }, { a: '1' }],
    ['(and (eq $a "1"))', { a: '1' }, { a: '2' }],
    ['(or (eq $a "1"))', { a: '1' }, { a: '2' }],
    ['(not (or (eq $a "1")))', { a: '2' }, {}],
    ['(begins_with $id "A")', { id: 'Ab' }, { id: 'bA' }],
    ['(ends_with $id "x")', { id: 'ax' }, { id: 'xa' }],
    ['(contains $id "beta")', { id: 'a beta user' }, { id: 'a bet' }],
    ['(in $id ["123", "456"])', { id: '456' }, { id: '4' }],
    ['(in $id [1, 2])', { id: '2.0' }, { id: '3' }],
    ['(matches in::$greeting pattern::"h.*y")', { greeting: 'oh, hey!' }, { greeting: 'hello' }],
    ['(matches pattern::"^(?:a|b)$" in::$x)', { x: 'b' }, { x: 'ab' }],
    ['(matches in::$x pattern::"(?i)^yes$")', { x: 'YES' }, { x: 'no' }],
    ['(matches in::$x pattern::"^a{2,3}/\\\\d\\n$")', { x: 'aa/1\n' }, { x: 'a/1\n' }],
    ['(exists key::"country")', { country: '' }, { city: 'Bonn' }],
    ['(exists key::"country")', { country: 'false' }, {}],
    ['(eq (contains $id "x") false)', { id: 'a' }, { id: 'x' }],
    ['(split pct::100 by::$id)', { id: 'a' }, {}],
    ['(split seed::"s" by::$a by::$b pct::100)', { a: '1', b: '2' }, { a: '1' }],
    ['(eq $name "Ḽơᶉëᶆ ȋṕšᶙṁ")', { name: 'Ḽơᶉëᶆ ȋṕšᶙṁ' }, { name: 'Lorem' }],
  ])('%s holds for %j and not for %j', async (rule, holds, fails) => {
    expect([await judge(rule, holds as never), await judge(rule, fails as never)]).toEqual([true, false]);
  });

  it.each([
    '(eq $a "1")',
    '(not (eq $a "1"))',
    '(not (gt $a 1))',
    '(and (eq $b "1") (not (contains $a "x")))',
    '(or (eq $b "2") (not (begins_with $a "x")))',
    '(not (in $a ["1"]))',
    '(not (matches in::$a pattern::"x"))',
    '(not (split pct::0 by::$a))',
  ])('%s does not match where the context has no such key', async (rule) => {
    expect(await judge(rule, { b: '1' })).toBe(false);
  });

  it.each([
    ['(resembles $a "1")', 'there is no operator "resembles"'],
    ['("eq" $a "1")', 'there is no operator ""'],
    ['()', 'there is no operator ""'],
    ['"eq"', 'a rule is an expression in parentheses'],
    ['(eq $a)', '"eq" takes two operands'],
    ['(not (eq $a 1) (eq $a 2))', '"not" takes one rule'],
    ['(and)', '"and" takes rules'],
    ['(or)', '"or" takes rules'],
    ['(in $a "1")', '"in" takes a list in brackets'],
    ['(exists "a")', '"exists" takes key:: alone'],
    ['(matches in::$a pattern::"(")', 'error parsing regexp: missing closing ): `(`'],
    ['(matches in::$a pattern::"(?=a)")', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['(matches in::$a pattern::"(a)\\\\1")', 'error parsing regexp: invalid escape sequence: `\\1`'],
    ['(or (eq $a 1) (matches in::$a pattern::"[[:foo:]]"))', 'error parsing regexp: invalid character class range'],
    ['(matches in::$a pattern::$b)', 'the pattern of "matches" is a text'],
    ['(split by::$a pct::"10")', '"split" takes pct::, a number, and by::'],
    ['(split pct::10)', '"split" takes pct::, a number, and by::'],
    ['(eq $a null)', 'an operand is a text, a number, a timestamp, true, false or $key'],
    [`${'(not '.repeat(200)}(eq $a 1)${')'.repeat(200)}`, 'it is nested more than 100 deep'],
  ])('%s cannot be read: %s', async (rule, why) => {
    expect(await judge(rule)).toContain(`its default variant is served: ${why}`);
  });

  it.each(['^(a+)+$', '(?i)^(a+)+$', '^(a+){1,50}$'])(
    'with the pattern %s, in whose texts other engines go back without end, is judged at once',
    async (pattern) => {
      expect(await judge(`(matches in::$a pattern::"${pattern}")`, { a: `${'a'.repeat(2_000)}b` })).toBe(false);
    },
  );
});
