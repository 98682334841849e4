import { timestampMs } from './timestamps.ts';

/** What a rule compares. Values of a context are `text` that takes the type of what it is compared with. */
export type Operand =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'number'; readonly value: number | bigint }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'timestamp'; readonly value: number };

/** Less than 0, 0 or more than 0; undefined when the two cannot be compared. */
export function compare(one: Operand, other: Operand): number | undefined {
  const [left, right] = alike(one, other);
  if (left === undefined || right === undefined || left.type !== right.type) return undefined;
  if (left.value < right.value) return -1;
  if (left.value > right.value) return 1;
  // Neither: equal, also a bigint and a number, or one is no number at all.
  return Number.isNaN(left.value) || Number.isNaN(right.value) ? undefined : 0;
}

export function areEqual(one: Operand, other: Operand): boolean {
  return compare(one, other) === 0;
}

/** For operators that look into texts. */
export function textOf({ value }: Operand): string {
  return String(value);
}

/** How many characters a comparison may look at. */
export function lengthOf({ value }: Operand): number {
  return typeof value === 'string' ? value.length : 0;
}

function alike(one: Operand, other: Operand): [Operand | undefined, Operand | undefined] {
  if (one.type === 'text' && other.type === 'text') {
    const numbers = [numberOf(one.value), numberOf(other.value)] as const;
    return numbers[0] !== undefined && numbers[1] !== undefined ? [numbers[0], numbers[1]] : [one, other];
  }
  return [
    one.type === 'text' ? as(other.type, one.value) : one,
    other.type === 'text' ? as(one.type, other.value) : other,
  ];
}

function as(type: Operand['type'], value: string): Operand | undefined {
  switch (type) {
    case 'text':
    case 'string':
      return { type, value };
    case 'number':
      return numberOf(value);
    case 'boolean':
      return TRUTHS.get(value.toLowerCase());
    case 'timestamp': {
      const ms = timestampMs(value);
      return ms === undefined ? undefined : { type, value: ms };
    }
    default:
      return type satisfies never;
  }
}

/** Whole numbers keep all their digits. What is longer is no number: a context could make V8 work for seconds on its digits. */
function numberOf(text: string): Operand | undefined {
  if (text.length > LONGEST_NUMBER) return undefined;
  if (/^[+-]?\d+$/.test(text)) return { type: 'number', value: BigInt(text.replace(/^\+/, '')) };
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? { type: 'number', value: Number(text) } : undefined;
}

const LONGEST_NUMBER = 1_000;

const TRUTHS = new Map<string, Operand>([
  ['true', { type: 'boolean', value: true }],
  ['false', { type: 'boolean', value: false }],
]);
