import { expect, it } from 'vitest';
import { proofTable, withRow } from './table.ts';

it('lists parsers and faults, each in the order of the alphabet, with the machine and the seed', () => {
  const table = proofTable(
    [
      { part: 'fault', tried: 'kills', times: 3, held: 'the balance' },
      { part: 'parser', tried: 'log lines', times: 1_200, held: 'no crash' },
      { part: 'parser', tried: 'globs', times: 800, held: 'no crash' },
    ],
    { date: '2026-12-01', cpu: 'Some CPU', cores: 2, node: 'v24.0.0', seed: 13 },
  );

  expect(table).toBe(`2026-12-01, 2 × Some CPU, Node.js v24.0.0, seed 13; 2,000 inputs for parsers.

| what was parsed | times | what held |
|---|---:|---|
| globs | 800 | no crash |
| log lines | 1,200 | no crash |

| what went wrong | times | what held |
|---|---:|---|
| kills | 3 | the balance |
`);
});

it('replaces the row of what was tried before', () => {
  const kills = { part: 'fault', tried: 'kills', times: 3, held: 'the balance' } as const;
  const globs = { part: 'parser', tried: 'globs', times: 800, held: 'no crash' } as const;

  const rows = [kills, globs, { ...kills, times: 30 }].reduce(withRow, []);

  expect(rows).toEqual([globs, { ...kills, times: 30 }]);
});
