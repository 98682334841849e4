import type { ProofRow } from './row.ts';

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly seed: number;
}

/** The table of docs/reliability.md, in Markdown. */
export function proofTable(rows: readonly ProofRow[], { date, cpu, cores, node, seed }: Machine): string {
  const parts = (['parser', 'fault'] as const).map((part) => {
    const own = rows.filter((row) => row.part === part).sort((a, b) => a.tried.localeCompare(b.tried, 'en'));
    const lines = own.map(({ tried, times, held }) => `| ${tried} | ${grouped(times)} | ${held} |`);
    return `| ${HEADINGS[part]} | times | what held |\n|---|---:|---|\n${lines.join('\n')}\n`;
  });
  const cases = rows.filter(({ part }) => part === 'parser').reduce((sum, { times }) => sum + times, 0);
  const about = `${date}, ${cores} × ${cpu}, Node.js ${node}, seed ${seed}; ${grouped(cases)} inputs for parsers.`;
  return `${about}\n\n${parts.join('\n')}`;
}

/** The rows of a run in pieces: what is tried again replaces its row. */
export function withRow(rows: readonly ProofRow[], row: ProofRow): readonly ProofRow[] {
  return [...rows.filter(({ part, tried }) => part !== row.part || tried !== row.tried), row];
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

const HEADINGS = { parser: 'what was parsed', fault: 'what went wrong' };
