/** One line of the table: what was tried, how often, and what held. */
export interface ProofRow {
  readonly part: 'parser' | 'fault';
  readonly tried: string;
  readonly times: number;
  readonly held: string;
}

declare module 'vitest' {
  interface TaskMeta {
    proof?: ProofRow;
  }
}
