/**
 * The pattern of RE2 as an expression for V8's linear engine, whose time grows with the text and not faster. Undefined where this
 * engine does not know the pattern, or could take it for something else: flags, `\pL`, counts beyond 16, `[é]`.
 */
export function inLinearEngine(pattern: string): RegExp | undefined {
  const source = translate(pattern);
  if (source === undefined) return undefined;
  // The flag stays on, since such an expression needs it to run. It changes no other expression.
  process.getBuiltinModule('node:v8').setFlagsFromString('--enable-experimental-regexp-engine');
  try {
    return new RegExp(source, 'l');
  } catch {
    return undefined;
  }
}

/** Undefined for a pattern with anything but the tokens that mean the same to both, or are translated here. */
function translate(pattern: string): string | undefined {
  let source = '';
  let end = 0;
  for (const { 0: token, index } of pattern.matchAll(TOKEN)) {
    if (index !== end) return undefined;
    end += token.length;
    source += TRANSLATIONS.get(token) ?? (token.startsWith('[') ? characterClass(token) : token);
  }
  return end === pattern.length ? source : undefined;
}

function characterClass(token: string): string {
  const parts = token.slice(1, -1).replace(/\\./gs, (escaped) => (escaped === '\\s' ? SPACES : escaped));
  return parts.startsWith('^') ? anyBut(parts.slice(1)) : `[${parts}]`;
}

/** The engine does not know the flag `u`, so that a character beyond U+FFFF is two for it and one for RE2. */
function anyBut(parts: string): string {
  return `(?:[^\\ud800-\\udfff${parts}]|[\\ud800-\\udbff][\\udc00-\\udfff])`;
}

const SPACES = '\\t\\n\\f\\r ';
const TRANSLATIONS = new Map([
  ['.', anyBut('\\n')],
  ['\\s', `[${SPACES}]`],
  ['\\A', '^'],
  ['\\z', '$'],
]);

const ESCAPED = String.raw`\\[dswtnrfv!-/:-@[-^_\x60{-~]`;
const CLASS_PART = String.raw`(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[^\\\][^\x00-\x1f\x7f-\uffff-]|${ESCAPED})`;
const COUNT = String.raw`(?:0|[1-9]\d?)`;
const TOKEN = new RegExp(
  [
    String.raw`[^\\^$.*+?()[\]{}|\ud800-\udfff]`,
    ESCAPED,
    String.raw`\\[Abz]`,
    String.raw`[.^$|)]|\((?:\?:|(?!\?))`,
    String.raw`\[\^?-?${CLASS_PART}+-?\]`,
    String.raw`(?:[*+?]|\{${COUNT}(?:,${COUNT}?)?\})\??`,
  ].join('|'),
  'gs',
);
