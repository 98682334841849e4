import { whyNotNamed } from '../lambda-api/extension-names.ts';

export type ProjectKind = 'extension' | 'function';

/** Also the name of an npm package, of a folder, and the beginning of variables. */
const PATTERN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** As long as the name of a function may be. */
const LONGEST = 64;

/** Why there can be no project of this name, as a sentence; undefined if there can. */
export function whyNotName(kind: ProjectKind, name: string): string | undefined {
  const isExtension = kind === 'extension';
  if (!PATTERN.test(name) || name.length > LONGEST)
    return `"${name}" cannot be the name of ${isExtension ? 'an extension' : 'a function'}: expected at most ${LONGEST} lower-case letters, digits and single hyphens, with a letter first, e.g. my-${kind}.`;
  const whyNot = isExtension ? whyNotNamed(name) : undefined;
  return whyNot === undefined ? undefined : `"${name}" cannot be the name of an extension: ${whyNot}.`;
}
