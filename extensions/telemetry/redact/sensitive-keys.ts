/**
 * Whether a field's name ends in one of the names, without regard to case, `-`, `_`, `.` and spaces. So `token` hides
 * `accessToken` and `x-auth-token`, but not `max_tokens`. Names of fields repeat, so the answers are cached.
 */
export function sensitiveKeys(names: readonly string[]): (key: string) => boolean {
  const endings = names.map(plain).filter((name) => name !== '');
  const answers = new Map<string, boolean>();
  return (key) => {
    if (key.length > LONGEST_NAME) return endings.some((ending) => plain(key.slice(-LONGEST_NAME)).endsWith(ending));
    const known = answers.get(key);
    if (known !== undefined) return known;
    const name = plain(key);
    const answer = endings.some((ending) => name.endsWith(ending));
    if (answers.size >= MOST_REMEMBERED) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_. ]/g, '');
}

const MOST_REMEMBERED = 1_000;
const LONGEST_NAME = 200;
