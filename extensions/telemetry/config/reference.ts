/** The place of a secret value that a setting refers to. */
export interface Reference {
  /** The whole text, e.g. `${ssm:/team/key}`. */
  readonly text: string;
  readonly kind: ReferenceKind;
  /** Name or ARN of a secret or parameter; a ciphertext in base64. */
  readonly id: string;
  /** The field of a value that is JSON. */
  readonly key: string | undefined;
}

export type ReferenceKind = (typeof referenceKinds)[number];
export const referenceKinds = ['secretsmanager', 'ssm', 'kms'] as const;

/** The references in a text, in order. Any other `${…}` is plain text. */
export function findReferences(text: string): Reference[] {
  const found: Reference[] = [];
  for (let start = text.indexOf('${'); start !== -1; ) {
    const end = text.indexOf('}', start);
    if (end === -1) break;
    const reference = parse(text.slice(start, end + 1));
    if (reference !== undefined) found.push(reference);
    start = text.indexOf('${', reference === undefined ? start + 2 : end + 1);
  }
  return found;
}

/**
 * Replaces references by their values. In a JSON text values are escaped for strings, in any other as the setting requires,
 * unless the reference is the whole text.
 * @param values by the texts of their references.
 */
export function fillIn(
  text: string,
  values: ReadonlyMap<string, string>,
  escapeOfSetting: (value: string) => string = asItIs,
): string {
  const escaped = text.trimStart().startsWith('{') ? asInJson : escapeOfSetting;
  let filled = '';
  let from = 0;
  for (const { text: reference } of findReferences(text)) {
    const at = text.indexOf(reference, from);
    const value = values.get(reference);
    const isAsItIs = value === undefined || reference === text.trim();
    filled += text.slice(from, at) + (isAsItIs ? (value ?? reference) : escaped(value));
    from = at + reference.length;
  }
  return filled + text.slice(from);
}

function asItIs(value: string): string {
  return value;
}

function asInJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function parse(text: string): Reference | undefined {
  const inside = text.slice(2, -1);
  const kind = referenceKinds.find((word) => inside.startsWith(`${word}:`));
  if (kind === undefined) return undefined;
  const place = inside.slice(kind.length + 1);
  const hash = place.indexOf('#');
  const [id, key] = hash === -1 ? [place, undefined] : [place.slice(0, hash), place.slice(hash + 1)];
  return id === '' ? undefined : { text, kind, id, key: key || undefined };
}
