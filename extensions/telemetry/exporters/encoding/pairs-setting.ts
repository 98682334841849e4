import type { Setting } from '../../../sdk/index.ts';

export type Pairs = Readonly<Record<string, string>>;

/** Names and values: a JSON object of texts, or `name=value`, comma-separated, where values may be percent-encoded. */
export function pairs(variable: string, purpose: string): Setting<Pairs> {
  return {
    variable,
    fallback: NONE,
    purpose,
    expected: 'name=value,name=value, or a JSON object of texts',
    read(text) {
      const value = text.startsWith('{') ? fromJson(text) : fromList(text);
      return { value: value ?? NONE, isValid: value !== undefined };
    },
    escape: encodeURIComponent,
  };
}

function fromJson(text: string): Pairs | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Object.values(value as object).every((one) => typeof one === 'string') ? (value as Pairs) : undefined;
  } catch {
    return undefined;
  }
}

function fromList(text: string): Pairs | undefined {
  const found: Record<string, string> = {};
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    if (at < 1) return undefined;
    found[pair.slice(0, at).trim()] = decode(pair.slice(at + 1).trim());
  }
  return found;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const NONE: Pairs = {};
