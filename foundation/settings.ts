/** One environment variable: how it is read, what it means, what is used without it. */
export interface Setting<T> {
  readonly variable: string;
  readonly fallback: T;
  readonly purpose: string;
  /** What a valid value looks like; completes the sentence "expected …". */
  readonly expected: string;
  /** The value to use for a text, whether the text was one that `expected` describes, and if not, what more is known of why. */
  read(text: string): { value: T; isValid: boolean; why?: string };
  /** Escapes characters of a part that have a meaning in such a text. */
  escape?(part: string): string;
  /** Whether the text may hold a secret: no problem shows it. */
  readonly isSensitive?: boolean;
}

/** What is wrong with a variable. Without `value` where that must not be shown. */
export interface Problem {
  readonly variable: string;
  readonly value?: string;
  /** What was expected, and what happens now. */
  readonly message: string;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type SettingValues<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads all settings at once. A variable that is not set, or is empty, takes its fallback. */
export function readSettings<S extends Settings>(
  settings: S,
  environment: Environment,
): { values: SettingValues<S>; problems: Problem[] } {
  const problems: Problem[] = [];
  const values = Object.entries(settings).map(([key, setting]) => {
    const text = environment[setting.variable]?.trim();
    if (!text) return [key, setting.fallback];

    const { value, isValid, why } = setting.read(text);
    if (!isValid) problems.push(problemOf(setting, text, value, why));
    return [key, value];
  });
  return { values: Object.fromEntries(values) as SettingValues<S>, problems };
}

/** A problem as one line of a log. */
export function describeProblem({ variable, value, message }: Problem): string {
  // By characters, as the supervisor counts: `slice` would cut one of two code units in half.
  const shown = value === undefined ? '' : ` is ${JSON.stringify(Array.from(value).slice(0, LONGEST_SHOWN).join(''))}`;
  return `${variable}${shown}: ${message}`;
}

/** Whether the variable asks for what it names: set to anything but `false`. */
export function asksFor({ variable }: Pick<Setting<unknown>, 'variable'>, environment: Environment): boolean {
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
    // Nobody would look for a server at the port nearest to a wrong one.
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

/** The words of a comma-separated text, without the blanks around them. */
export function commaSeparated(text = ''): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** Comma-separated words. */
export function list(variable: string, fallback: readonly string[], purpose: string): Setting<readonly string[]> {
  return {
    variable,
    fallback,
    purpose,
    expected: 'a comma-separated list',
    read: (value) => ({ value: commaSeparated(value), isValid: true }),
  };
}

function problemOf(
  { variable, expected, isSensitive }: Setting<unknown>,
  text: string,
  used: unknown,
  why?: string,
): Problem {
  // The reason of a library may quote the value.
  if (isSensitive === true) return { variable, message: `expected ${expected}. Its value is not shown.` };
  const reason = why === undefined ? '' : ` (${why})`;
  return { variable, value: text, message: `expected ${expected}${reason}. Using ${describeValue(used)}.` };
}

/** A value as people write it in a variable. */
export function describeValue(value: unknown): string {
  const isPlain = typeof value !== 'object' || value === null || Array.isArray(value);
  return (isPlain ? String(value ?? '') : JSON.stringify(value)) || 'none';
}

const LONGEST_SHOWN = 100;
const TRUTHS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);
