/** What the supervisor says beside events; see supervisor/README.md. */
export type SupervisorLine =
  | { readonly kind: 'text'; readonly base64: string }
  | { readonly kind: 'texts-end' }
  | IntakeLine;

/** What concerns deliveries. */
export type IntakeLine =
  | { readonly kind: 'memo'; readonly base64: string }
  | { readonly kind: 'given' }
  | { readonly kind: 'mark'; readonly name: string; readonly seq: number }
  | { readonly kind: 'delivery'; readonly seq: number; readonly offset: number; readonly length: number }
  | { readonly kind: 'lost'; readonly reason: string; readonly records: number };

/** When the supervisor hands deliveries over. */
export type TakesMode = 'nothing' | 'at-once' | 'waits' | { readonly at: readonly string[] };

/** `undefined` for a line that a newer supervisor may say. */
export function readSupervisorLine(line: string): SupervisorLine | undefined {
  const [kind, ...facts] = line.split(' ');
  const [first = ''] = facts;
  switch (kind) {
    case 'text':
    case 'memo':
      return { kind, base64: first };
    case 'texts-end':
    case 'given':
      return { kind };
    case 'mark':
      return { kind, name: first, seq: Number(facts[1]) };
    case 'delivery': {
      const [seq = 0, offset = 0, length = 0] = facts.map(Number);
      return { kind, seq, offset, length };
    }
    case 'lost':
      return { kind, reason: first, records: Number(facts[1]) };
    default:
      return undefined;
  }
}

export function decodeText(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

/** The host's lines. */
export const hostLines = {
  takes: (mode: TakesMode) => `takes ${typeof mode === 'string' ? mode : `at ${mode.at.join(',')}`}`,
  reads: (seq: number) => `reads ${seq}`,
  taken: (seq: number) => `taken ${seq}`,
  give: () => 'give',
  reported: (reason: string, records: number) => `reported ${reason} ${records}`,
  mark: (name: string, seq: number) => `mark ${name} ${seq}`,
  memo: (base64: string) => `memo ${base64}`.trimEnd(),
  text: (base64: string) => `text ${base64}`,
};
