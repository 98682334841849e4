import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ProjectKind, whyNotName } from './extension-name.ts';
import { type Templates, withName } from './templates.ts';

/**
 * Writes a project into the folder of its name, which must be empty or new.
 * @param name also the name of the folder, below `parent`.
 * @returns the written files, relative to that folder.
 * @throws Error with one sentence where the name or the folder cannot be.
 */
export function newProject(kind: ProjectKind, name: string, parent: string, templates: Templates): string[] {
  const problem = whyNotName(kind, name);
  if (problem !== undefined) throw new Error(problem);
  const folder = join(parent, name);
  if (existsSync(folder) && !isEmptyFolder(folder))
    throw new Error(`${name} is there already, and is not an empty folder: choose another name, or move it away.`);
  const files = withName(templates[kind], kind, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return Object.keys(files);
}

function isEmptyFolder(path: string): boolean {
  try {
    // What git leaves is no obstacle: people clone an empty repository first.
    return readdirSync(path).every((entry) => entry === '.git');
  } catch {
    return false;
  }
}
