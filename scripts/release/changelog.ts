/**
 * Moves what is unreleased below a heading with the version and the date.
 * @param text of CHANGELOG.md. @param date as 2026-12-01.
 * @returns the new text, and the notes of this version alone.
 * @throws Error if nothing is unreleased, or the version is there already.
 */
export function cutChangelog(text: string, version: string, date: string): { text: string; notes: string } {
  if (text.includes(`\n## ${version} (`)) throw new Error(`CHANGELOG.md has version ${version} already.`);
  const notes = unreleased(text);
  const start = text.indexOf(UNRELEASED) + UNRELEASED.length;
  return { text: `${text.slice(0, start)}\n## ${version} (${date})\n${text.slice(start)}`, notes };
}

/** The lines under "Unreleased". @throws Error if there are none. */
export function unreleased(text: string): string {
  const start = text.indexOf(UNRELEASED);
  if (start < 0) throw new Error('CHANGELOG.md has no heading "## Unreleased".');
  const section = text.slice(start + UNRELEASED.length);
  const end = section.indexOf('\n## ');
  const notes = (end < 0 ? section : section.slice(0, end)).trim();
  if (notes === '') throw new Error('CHANGELOG.md has nothing under "## Unreleased".');
  return notes;
}

const UNRELEASED = '## Unreleased\n';
