import { ONLY_IN_EXTENSION, reachesAws } from './choose-mode.ts';
import { UnavailableError } from './errors.ts';
import { readDirectly } from './read-directly.ts';
import type { Read } from './read-options.ts';
import { warn } from './warn.ts';

/**
 * The value from AWS, where an extension should answer and none does: in a unit test, in another image, or after it could not
 * start. Not if that would read something else than the environment asks for.
 */
export async function readWithoutExtension<T>(options: Read<T>): Promise<T> {
  const local = LOCAL_VALUES.find(isSet);
  if (local !== undefined) throw unavailable(options, `only the extension reads ${local}, and it does not answer`);
  if (!reachesAws(process.env)) {
    const how = 'Run `eval "$(aws configure export-credentials --format env)"` and set AWS_REGION to read from AWS';
    throw unavailable(
      options,
      `the extension does not answer, and the environment has no AWS credentials or no region. ${how}`,
    );
  }
  warnOnce();
  return readDirectly(options);
}

function unavailable({ what }: { what: string }, why: string): UnavailableError {
  return new UnavailableError(`${what} could not be read: ${why}`);
}

let hasWarned = false;

function warnOnce(): void {
  if (hasWarned) return;
  hasWarned = true;
  const ignored = ONLY_IN_EXTENSION.filter(isSet);
  const effect = ignored.length === 0 ? '' : ` ${ignored.join(' and ')} have no effect.`;
  warn(`The extension does not answer. The function asks AWS itself.${effect}`);
}

function isSet(variable: string): boolean {
  return Boolean(process.env[variable]?.trim());
}

/** In their place nobody wants the values of a real account. */
const LOCAL_VALUES = ['SECRETS_LOCAL_FILE', 'LOCAL_DEVELOPMENT_DIRECTORY'] as const;
