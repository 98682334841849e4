import type { StandardSchema } from './standard-schema.ts';

/** What a schema accepts, in words that complete "expected …"; from its JSON Schema, where its library makes one. */
export function expectedBy({ vendor, jsonSchema }: StandardSchema['~standard']): string {
  try {
    const words = jsonSchema && wordsFor(jsonSchema.input({ target: 'draft-2020-12' }));
    if (words) return words;
  } catch {
    // Not every type has a JSON Schema, and no setting is worse for that.
  }
  return `what its ${vendor} schema accepts`;
}

function wordsFor({ type, enum: words, minimum, maximum, minLength, maxLength, format, pattern }: JsonSchema): string {
  if (Array.isArray(words)) return `one of ${words.join(', ')}`;
  if (type === 'boolean') return 'true or false';
  if (type === 'integer' || type === 'number') {
    // Libraries add the bounds of what a number can hold.
    const bounds = [bound('from', minimum), bound('to', maximum)].join('');
    return `${type === 'integer' ? 'a whole number' : 'a number'}${bounds}`;
  }
  if (type !== 'string') return '';
  const what = typeof format === 'string' ? `text of the format ${format}` : 'text';
  const length = [bound('from', minLength), bound('to', maxLength)].join('');
  return `${what}${length && ` with${length} characters`}${typeof pattern === 'string' && !format ? ` like ${pattern}` : ''}`;
}

function bound(word: 'from' | 'to', value: unknown): string {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? ` ${word} ${value}` : '';
}

type JsonSchema = Readonly<Record<string, unknown>>;
