import { describe, expect, it } from 'vitest';
import { EvaluationTooLongError, evaluation } from './evaluation.ts';
import { readFlags } from './read-flags.ts';

const flags = (rules: readonly string[]) =>
  readFlags(
    rules
      .map((rule, index) => `'f${index}'::[ [ ${rule}, '''{"enabled":true}''' ], '''{"enabled":false}''' ]`)
      .join('\n'),
    () => undefined,
  );

/** The CPU time that all flags take for a context, and how it ended. */
async function evaluate(rules: readonly string[], context: Record<string, string>) {
  const all = await flags(rules);
  const one = evaluation();
  const before = process.cpuUsage();
  let outcome = 'evaluated';
  try {
    for (const flag of all.values()) flag.evaluate(new Map(Object.entries(context)), one);
  } catch (error) {
    outcome = error instanceof EvaluationTooLongError ? 'too long' : String(error);
  }
  const { user, system } = process.cpuUsage(before);
  return { outcome, cpuMs: (user + system) / 1_000 };
}

const many = (rule: string, count: number) => Array.from({ length: count }, () => rule);

describe('an evaluation', () => {
  it.each<[string, string, number, Record<string, string>]>([
    ['many patterns', '(matches in::$a pattern::"[a-z]+[0-9]+@")', 2_000, { a: 'a'.repeat(60_000) }],
    ['many patterns in RE2', '(matches in::$a pattern::"(?i)(ab|a.)*c$")', 2_000, { a: 'a'.repeat(60_000) }],
    ['one pattern', `(matches in::$a pattern::"${'a[^b]|'.repeat(2_000)}b")`, 1, { a: '😀'.repeat(15_000) }],
    ['one pattern in RE2', '(matches in::$a pattern::"(?:a?){1000}a{1000}\\\\pN$")', 1, { a: 'a'.repeat(60_000) }],
    ['long texts in a split', '(split pct::10 by::$a)', 20_000, { a: 'a'.repeat(60_000) }],
    ['long texts in comparisons', '(contains $a "ab")', 60_000, { a: 'a'.repeat(60_000) }],
  ])('ends after its CPU time, with %s', async (_what, rule, count, context) => {
    const { outcome, cpuMs } = await evaluate(many(rule, count), context);

    expect(outcome).toBe('too long');
    expect(cpuMs).toBeLessThan(600);
  });

  it.each<[string, string, string]>([
    ['of very many digits', '(eq $a 5)', '1'.repeat(60_000)],
    ['that is none at its end', '(gt $a 5)', `${'1'.repeat(60_000)}x`],
    ['on both sides', '(eq $a $a)', '1'.repeat(60_000)],
  ])('takes no time for a number %s', async (_what, rule, a) => {
    const { outcome, cpuMs } = await evaluate(many(rule, 2_000), { a });

    expect(outcome).toBe('evaluated');
    expect(cpuMs).toBeLessThan(200);
  });

  it('of many flags with a usual context is not bounded by its CPU time', async () => {
    const rules = many(
      '(or (eq $group "a") (split pct::10 by::$id) (matches in::$mail pattern::"@example[.]org$"))',
      2_000,
    );

    const { outcome } = await evaluate(rules, { group: 'b', id: 'user-1', mail: 'a@example.com' });

    expect(outcome).toBe('evaluated');
  });
});

it('reads a rule with very many parts in time that grows with them and not faster', async () => {
  const before = process.cpuUsage();

  await flags([`(split pct::10 ${'by::$a '.repeat(40_000)})`]);

  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(3_000);
});
