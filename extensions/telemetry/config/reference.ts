/** A place where the value of a setting, or a part of it, is kept. */
export interface Reference {
  /** As it is written: `${ssm:/team/key}`. */
  readonly text: string;
  readonly kind: ReferenceKind;
  /** Name or ARN of a secret or parameter; a ciphertext in base64. */
  readonly id: string;
  /** The field of a value that is JSON. */
  readonly key: string | undefined;
}

export type ReferenceKind = (typeof referenceKinds)[number];
export const referenceKinds = ['secretsmanager', 'ssm', 'kms'] as const;

/** The references in a text, in their order. Anything else in `${…}` is text like any other. */
export function findReferences(text: string): Reference[] {
  const found: Reference[] = [];
  for (let start = text.indexOf('${'); start !== -1; start = text.indexOf('${', start + 2)) {
    const end = text.indexOf('}', start);
    if (end === -1) break;
    const reference = parse(text.slice(start, end + 1));
    if (reference !== undefined) found.push(reference);
  }
  return found;
}

/**
 * The text with values in the place of its references. In a text that is JSON they are escaped as its strings want it, in
 * any other as the setting does, unless the reference is all of it.
 * @param values by the references' texts.
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
    const value = values.get(reference) ?? reference;
    filled += text.slice(from, at) + (reference === text.trim() ? value : escaped(value));
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
