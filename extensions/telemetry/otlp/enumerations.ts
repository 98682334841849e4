import { wholeOf } from './fields.ts';
import { SPAN_KINDS, STATUS_CODES, TEMPORALITIES } from './mapping.ts';
import { MalformedOtlpError } from './message.ts';

/**
 * The number of an enumeration's value. JSON may have its name in place of the number, as the Collector reads it, too.
 * @throws MalformedOtlpError if it has no such name.
 */
export function enumOf(value: unknown, names: readonly string[]): number {
  if (typeof value !== 'string') return wholeOf(value);
  const number = names.indexOf(value);
  if (number !== -1) return number;
  if (!DIGITS.test(value)) throw new MalformedOtlpError('an enumeration has no value of this name');
  return Number(value);
}

function named(prefix: string, words: readonly string[]): readonly string[] {
  return words.map((word) => `${prefix}_${word.toUpperCase()}`);
}

export const SPAN_KIND_NAMES = named('SPAN_KIND', SPAN_KINDS);
export const STATUS_CODE_NAMES = named('STATUS_CODE', STATUS_CODES);
export const TEMPORALITY_NAMES = named('AGGREGATION_TEMPORALITY', TEMPORALITIES);
export const SEVERITY_NAMES = named('SEVERITY_NUMBER', [
  'UNSPECIFIED',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((level) =>
    ['', '2', '3', '4'].map((step) => `${level}${step}`),
  ),
]);
const DIGITS = /^\d{1,9}$/;
