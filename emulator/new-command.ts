import { existsSync, readFileSync } from 'node:fs';
import { newProject, type ProjectKind } from '../project/index.ts';
import { TEMPLATES } from './own-files.ts';

/**
 * Makes a project in the current folder. Returns what to print.
 * @throws Error with what to do if there can be none.
 */
export function newText(kind: string, name: string, parent: string): string {
  if (kind !== 'extension' && kind !== 'function')
    throw new Error(`"${kind}" cannot be made: expected "new extension NAME" or "new function NAME".`);
  if (!existsSync(TEMPLATES)) throw new Error('This copy of the command has no templates: use the npm package.');
  newProject(kind, name, parent, JSON.parse(readFileSync(TEMPLATES, 'utf8')));
  return `${name} is a new ${kind}. Next:\n\n  cd ${name}\n${NEXT[kind].map((line) => `  ${line}\n`).join('')}`;
}

const NEXT: Record<ProjectKind, readonly string[]> = {
  extension: ['npm install', 'npm test', 'npm run dev'],
  function: ['npm ci', 'npm test', 'npm run dev'],
};
