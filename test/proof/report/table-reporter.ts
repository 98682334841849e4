import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Reporter, TestCase } from 'vitest/node';
import { SEED } from '../options.ts';
import type { ProofRow } from './row.ts';
import { proofTable, withRow } from './table.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const PAGE = resolve(ROOT, 'docs/reliability.md');
/** A long run may be made in pieces: the rows of one seed are one table. Not in `dist`, which each build empties. */
const ROWS = resolve(ROOT, `node_modules/.cache/proof/rows-${SEED}.json`);

/** Prints the table at the end. With `PROOF_WRITE=1` it also replaces the one in docs/reliability.md, if all tests passed. */
export default class TableReporter implements Reporter {
  #rows: readonly ProofRow[] = existsSync(ROWS) ? JSON.parse(readFileSync(ROWS, 'utf8')) : [];

  onTestCaseResult(test: TestCase): void {
    const { proof } = test.meta();
    if (proof !== undefined && test.ok()) this.#rows = withRow(this.#rows, proof);
  }

  onTestRunEnd(_modules: unknown, _errors: unknown, reason: string): void {
    if (this.#rows.length === 0) return;
    const table = proofTable(this.#rows, thisMachine());
    console.log(`\n${table}`);
    mkdirSync(dirname(ROWS), { recursive: true });
    writeFileSync(ROWS, JSON.stringify(this.#rows));
    if (process.env.PROOF_WRITE !== '1') return;
    if (reason !== 'passed') console.log('docs/reliability.md stays as it is, because a test failed.');
    else writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), table));
  }
}

function withTable(page: string, table: string): string {
  return page.replace(/(<!-- proof -->\n)[\s\S]*?(<!-- end -->)/, (_all, start, end) => `${start}${table}${end}`);
}

function thisMachine() {
  const [first, ...more] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  return { date, cpu: first?.model ?? 'CPU', cores: more.length + 1, node: process.version, seed: SEED };
}
