/** One environment variable: how it is read, what it means, what is used without it. */
export interface Setting<T> {
  readonly variable: string;
  readonly fallback: T;
  readonly purpose: string;
  /** What a valid value looks like; completes the sentence "expected …". */
  readonly expected: string;
  /** The value to use for a text, and whether the text was one that `expected` describes. */
  read(text: string): { value: T; isValid: boolean };
  /** How any characters at all are written within such a text, where some have a meaning in it. */
  escape?(part: string): string;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type SettingValues<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads all settings at once. A variable that is not set, or is empty, takes its fallback. */
export function readSettings<S extends Settings>(
  settings: S,
  environment: Environment,
): { values: SettingValues<S>; problems: string[] } {
  const problems: string[] = [];
  const values = Object.entries(settings).map(([key, setting]) => {
    const text = environment[setting.variable]?.trim();
    if (!text) return [key, setting.fallback];

    const { value, isValid } = setting.read(text);
    if (!isValid) problems.push(describeProblem(setting, text, value));
    return [key, value];
  });
  return { values: Object.fromEntries(values) as SettingValues<S>, problems };
}

/** Whether the variable asks for what it names: set to anything but `false`. */
export function asksFor({ variable }: Setting<unknown>, environment: Environment): boolean {
  const text = environment[variable]?.trim().toLowerCase();
  return text !== undefined && text !== '' && text !== 'false';
}

/** A whole number. Out of range: the nearest bound is used. */
export function wholeNumber(
  variable: string,
  fallback: number,
  purpose: string,
  { from, to }: { from: number; to: number },
): Setting<number> {
  return {
    variable,
    fallback,
    purpose,
    expected: `a whole number from ${from} to ${to}`,
    read(text) {
      if (!/^[+-]?\d+$/.test(text)) return { value: fallback, isValid: false };
      const value = Math.min(Math.max(Number(text), from), to);
      return { value, isValid: value === Number(text) };
    },
  };
}

/** A number from 0 to 1. */
export function fraction(variable: string, fallback: number, purpose: string): Setting<number> {
  return {
    variable,
    fallback,
    purpose,
    expected: 'a number from 0 to 1',
    read(text) {
      if (!/^\d*\.?\d+$/.test(text)) return { value: fallback, isValid: false };
      return { value: Math.min(Number(text), 1), isValid: Number(text) <= 1 };
    },
  };
}

/** A TCP port. */
export function port(variable: string, fallback: number, purpose: string): Setting<number> {
  const asNumber = wholeNumber(variable, fallback, purpose, { from: 1, to: 65_535 });
  return {
    ...asNumber,
    // The nearest port to a wrong one is no better than any other: nobody would look for it there.
    read: (text) => (asNumber.read(text).isValid ? asNumber.read(text) : { value: fallback, isValid: false }),
  };
}

/** `true` or `false`, in either case, or `1` or `0`. */
export function truth(variable: string, fallback: boolean, purpose: string): Setting<boolean> {
  return {
    variable,
    fallback,
    purpose,
    expected: 'true or false',
    read(text) {
      const value = TRUTHS.get(text.toLowerCase());
      return { value: value ?? fallback, isValid: value !== undefined };
    },
  };
}

/** One of a few words, in either case. */
export function oneOf<const T extends string>(
  variable: string,
  words: readonly T[],
  fallback: T,
  purpose: string,
): Setting<T> {
  return {
    variable,
    fallback,
    purpose,
    expected: `one of ${words.join(', ')}`,
    read(text) {
      const word = words.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
      return word === undefined ? { value: fallback, isValid: false } : { value: word, isValid: true };
    },
  };
}

/** Any text. */
export function text<T extends string | undefined>(
  variable: string,
  fallback: T,
  purpose: string,
): Setting<string | T> {
  return { variable, fallback, purpose, expected: 'text', read: (value) => ({ value, isValid: true }) };
}

/** Words parted by commas; blanks around them do not count. */
export function list(variable: string, fallback: readonly string[], purpose: string): Setting<readonly string[]> {
  return {
    variable,
    fallback,
    purpose,
    expected: 'a list parted by commas',
    read: (value) => ({
      value: value
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== ''),
      isValid: true,
    }),
  };
}

function describeProblem(setting: Setting<unknown>, text: string, used: unknown): string {
  return `${setting.variable} is ${JSON.stringify(text.slice(0, LONGEST_SHOWN))}: expected ${setting.expected}. Using ${String(used) || 'none'}.`;
}

const LONGEST_SHOWN = 100;
const TRUTHS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);
