import { describe, expect, it } from 'vitest';
import { type Conditions, compare, type Subject } from './comparison.ts';
import { isNarrow } from './narrow.ts';
import { comparisonToTable } from './output/table.ts';
import { toPage } from './page/page.ts';
import type { Report } from './reports/report.ts';
import { inWords } from './words.ts';

const conditions: Conditions = {
  by: 'a test',
  machine: '2 cores',
  memoryMB: 128,
  cpuLimitedBy: 'nobody',
  memoryLimitedBy: 'nobody',
  rounds: 8,
  warmInvocations: 1,
  endedBecause: '8 rounds were done',
};
const traffic = { invocationsPerMonth: 1_000_000, architecture: 'x64', coldShare: 0.01 } as const;

/** A subject whose first answers take these milliseconds, one a round. */
function subject(name: string, firstMs: readonly number[], more: Partial<Subject> = {}): Subject {
  const reports = firstMs.flatMap((answeredMs, round): Report[] => [
    {
      status: 'success',
      durationMs: 5,
      billedDurationMs: 100,
      memorySizeMB: 128,
      initDurationMs: 90,
      observed: { round, answeredMs, cpuMs: 80, privateMB: 30 },
    },
    {
      status: 'success',
      durationMs: 5,
      billedDurationMs: 5,
      memorySizeMB: 128,
      observed: { round, answeredMs: 6, cpuMs: 3, privateMB: 31 },
    },
  ]);
  return { name, reports, processes: [], phases: [], failures: [], ...more };
}

const noisy = [100, 140, 90, 160, 120, 80, 150, 110];
const added = (ms: number) => noisy.map((value, round) => value + ms + (round % 2));

describe('a comparison', () => {
  it('compares within each round, so that what a round has in common falls out', () => {
    const { subjects } = compare([subject('none', noisy), subject('all', added(20))], conditions, traffic);

    const change = subjects[1]?.measurement?.figures.find(({ name }) => name === 'first-answer')?.added?.p50;
    expect(change).toMatchObject({ low: 20, high: 21 });
  });

  it('says what is certain, and that nothing was found where nothing is', () => {
    const comparison = compare(
      [subject('none', noisy), subject('all', added(20)), subject('same', noisy)],
      conditions,
      traffic,
    );

    expect(inWords(comparison)).toEqual(
      expect.arrayContaining([
        'all: the first answer comes 20.5 ms later than none (20.0 ms at least, 21.0 ms at most).',
        'same: the first answer: no difference from none was found; it is less than 0.0 ms.',
      ]),
    );
  });

  it('says that there are too few rounds', () => {
    const comparison = compare([subject('none', [100]), subject('all', [120])], conditions, traffic);

    expect(inWords(comparison)[0]).toBe('all: the first answer: there are too few rounds to say anything.');
  });

  it('bills cold starts by their share', () => {
    const { subjects } = compare([subject('none', noisy)], conditions, traffic);

    // 1 % at 100 ms and 99 % at 5 ms, 128 MB
    const expected = 1e6 * (0.2e-6 + 0.0000166667 * 0.125 * (0.01 * 0.1 + 0.99 * 0.005));
    expect(subjects[0]?.measurement?.usd?.value).toBeCloseTo(expected, 6);
  });

  it('has a report of a function that never started', () => {
    const nothing = { ...subject('none', []), failures: ['An invocation failed: {"errorType":"Runtime.ExitError"}'] };
    const comparison = compare([nothing, subject('all', [1])], conditions, traffic);

    expect(comparisonToTable(comparison)).toContain('No invocation ended.');
    expect(toPage(comparison)).toContain('Runtime.ExitError');
  });
});

describe('isNarrow', () => {
  it.each([
    ['a known change', [subject('none', noisy), subject('all', added(20))], 0.05, true],
    ['one subject with much noise', [subject('none', noisy)], 0.05, false],
    ['the same, asked for less', [subject('none', noisy)], 0.5, true],
    ['too few rounds', [subject('none', [1, 1]), subject('all', [1, 1])], 0.05, false],
    ['no invocation at all', [subject('none', [])], 0.05, false],
  ])('%s', (_, subjects, precision, expected) => {
    expect(isNarrow(subjects, precision)).toBe(expected);
  });
});

describe('the page', () => {
  const page = toPage(
    compare(
      [
        subject('<none>', noisy, { phases: [{ of: 'runtime', name: 'init', fromMs: 0, toMs: 90 }] }),
        subject('all', added(20), {
          processes: [
            { process: 'logs', round: 0, firstCpuMs: 40, cpuMs: 1, residentMB: 50, proportionalMB: 30, privateMB: 20 },
          ],
        }),
      ],
      conditions,
      traffic,
    ),
  );

  it('needs no script and no network, and is small', () => {
    expect(page).not.toMatch(/<script|<link|src=|@import|url\(|https?:/);
    expect(page.length).toBeLessThan(100_000);
  });

  it('escapes the names', () => {
    expect(page).toContain('&#60;none&#62;');
    expect(page).not.toContain('<none>');
  });

  it('has a table with every figure that it draws', () => {
    for (const text of ['First answer', 'Init', 'Answer, warm', 'Memory over time', 'Processes', 'Cost'])
      expect(page).toContain(text);
    expect(page).not.toContain('NaN');
  });
});
