import type { Setting } from '../../sdk/index.ts';

/** Tags in all forms in which Datadog takes them: `a:1,b:2`, `a:1 b:2`, lines, `["a:1"]` and `{"a":"1"}`. */
export function tagList(variable: string, purpose: string): Setting<readonly string[]> {
  return {
    variable,
    fallback: [],
    purpose,
    expected: 'key:value,key:value',
    read(text) {
      const value = /^[[{]/.test(text) ? fromJson(text) : text.split(/[\s,]+/);
      return { value: (value ?? []).filter((tag) => tag !== ''), isValid: value !== undefined };
    },
  };
}

function fromJson(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.map(String);
    return Object.entries(value as object).map(([key, one]) => `${key}:${one}`);
  } catch {
    return undefined;
  }
}
