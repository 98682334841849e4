import type { Message } from '../messages.ts';

/** A line of the stream. */
export interface Row {
  readonly kind: 'function' | 'extension' | 'platform' | 'hint';
  readonly text: string;
}

/** Only records and hints are lines. */
export function rowOf(message: Message): Row | undefined {
  if (message.kind === 'hint') return { kind: 'hint', text: `hint: ${message.text}` };
  if (message.kind !== 'record') return undefined;
  const { time, type, record } = message.record;
  const text = typeof record === 'string' ? record : JSON.stringify(record);
  const kind = type === 'function' || type === 'extension' ? type : 'platform';
  return { kind, text: `${time.slice(11, 23)} ${kind === 'platform' ? `${type} ` : ''}${text.trimEnd()}` };
}

export interface Filter {
  readonly kind: string;
  readonly search: string;
}

export function isShown({ kind, text }: Row, filter: Filter): boolean {
  return (
    (filter.kind === '' || filter.kind === kind) &&
    (filter.search === '' || text.toLowerCase().includes(filter.search.toLowerCase()))
  );
}
