/** What a user may call a project. The name of an extension is a file below `/opt` and a word in `EXTENSIONS_ENABLED`. */
export type ProjectKind = 'extension' | 'function';

/** Of our extensions, and words with a meaning where names stand. */
const TAKEN = ['secrets', 'appconfig', 'telemetry', 'insights', 'auto', 'none', 'host', 'lambda-node-extended'];
const PATTERN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Lambda's limit for the name of an extension is 128. A function may have 64. */
const LONGEST = 64;

/** Why there can be no project of this name, as a sentence; undefined if there can. */
export function whyNotName(kind: ProjectKind, name: string): string | undefined {
  if (!PATTERN.test(name) || name.length > LONGEST)
    return `"${name}" cannot be the name of ${kind === 'extension' ? 'an extension' : 'a function'}: expected at most ${LONGEST} lower-case letters, digits and single hyphens, with a letter first, e.g. my-${kind}.`;
  if (kind === 'extension' && TAKEN.includes(name))
    return `"${name}" is taken: expected another name than ${TAKEN.join(', ')}.`;
  return undefined;
}
