import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultExport } from '../foundation/default-export.ts';
import type { Setting, Settings } from '../foundation/settings.ts';
import { settingsTable } from '../foundation/settings-table.ts';
import { isTypeScript } from '../foundation/typescript-file.ts';

/** The settings of an extension, as a table in Markdown. Rejects where the file exports none, and says what was expected. */
export async function settingsText(file: string | undefined): Promise<string> {
  if (file === undefined)
    throw new Error('settings expects the file of an extension: lambda-node-extended settings src/extension.ts');
  const module = await load(resolve(file));
  const { settings } = Object(defaultExport(module)) as { settings?: unknown };
  if (!isSettings(settings))
    throw new Error(
      `${file} exports no extension: its default export needs "settings", declared with text(), port(), schema() and their like`,
    );
  return settingsTable(settings);
}

async function load(path: string): Promise<unknown> {
  // What calls "run" by itself does not begin.
  Object.assign(globalThis, { [INSIDE_HOST]: true });
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_UNKNOWN_FILE_EXTENSION' || !isTypeScript(path)) throw error;
    throw new Error(
      `Node.js ${process.versions.node} reads no TypeScript. Use Node.js 22.18 or newer, or name the JavaScript that you build`,
    );
  }
}

/** As extensions/host/inside-host.ts names it. */
const INSIDE_HOST = Symbol.for('lambda-node-extended.host');

function isSettings(value: unknown): value is Settings {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((one: Partial<Setting<unknown>> | null) => typeof one?.variable === 'string');
}
