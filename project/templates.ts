import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectKind } from './extension-name.ts';

/** The files of a project, by their paths. */
export type Template = Readonly<Record<string, string>>;
export type Templates = Readonly<Record<ProjectKind, Template>>;

/** The names that the templates have, and which the user's replaces. */
const NAMES = { extension: 'my-extension', function: 'my-function' } as const satisfies Record<ProjectKind, string>;

/** What a folder has to copy: text only, and nothing that was installed or built. */
export function readTemplate(folder: string): Template {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !/(^|\/)(node_modules|dist)\/|\.tgz$/.test(path))
    .sort();
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** The files with another name, also where it stands in the name of a variable: `MY_EXTENSION_SLOW_MS`. */
export function withName(template: Template, kind: ProjectKind, name: string): Template {
  const from = NAMES[kind];
  const rename = (text: string) => text.replaceAll(from, name).replaceAll(asVariable(from), asVariable(name));
  return Object.fromEntries(Object.entries(template).map(([path, text]) => [path, rename(text)]));
}

function asVariable(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
