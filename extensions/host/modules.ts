import { existsSync, readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { defaultExport } from '../../foundation/default-export.ts';
import { BUILD_TYPESCRIPT, isTypeScript } from '../../foundation/typescript-file.ts';
import { whyNotNamed, whyNotSocket } from '../../lambda-api/extension-names.ts';
import type { ExtensionDefinition } from '../sdk/index.ts';
import { markHost } from './inside-host.ts';
import { misnamed } from './misnamed.ts';

export interface Modules {
  /** By name, which is the file's. */
  readonly load: ReadonlyMap<string, () => Promise<ExtensionDefinition>>;
  /** Files that are left out, and why, for the log. */
  readonly problems: readonly string[];
}

/** The modules `<name>.js`, `.cjs`, `.mjs` in a folder of the user's, whose default export is an extension. */
export function readModules(folder: string): Modules {
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  const load = new Map<string, () => Promise<ExtensionDefinition>>();
  const problems: string[] = [];
  const leaveOut = (file: string, why: string) => problems.push(`Ignoring ${join(folder, file)}: ${why}.`);
  for (const file of files) {
    const { name, ext } = parse(file);
    const whyNot = whyNotNamed(name);
    if (isTypeScript(file)) leaveOut(file, BUILD_TYPESCRIPT);
    else if (!JAVASCRIPT.test(ext)) continue;
    else if (whyNot !== undefined) leaveOut(file, `${whyNot}. Rename the file`);
    else if (load.has(name)) leaveOut(file, `there is another module ${name}`);
    else load.set(name, () => loadModule(join(folder, file)));
  }
  return { load, problems };
}

async function loadModule(file: string): Promise<ExtensionDefinition> {
  const module = await importModule(file);
  const definition = defaultExport(module);
  if (!isDefinition(definition))
    throw new TypeError(`${file} exports no extension: its default export needs "settings" and "init"`);
  const problems = problemsOf(definition);
  if (problems.length > 0) throw new TypeError(`${file}: ${problems.join('; ')}`);
  const { name } = parse(file);
  // Not a copy: one that a class made has its methods elsewhere.
  return definition.name === name ? definition : Object.create(definition, { name: { value: name, enumerable: true } });
}

async function importModule(file: string): Promise<unknown> {
  markHost();
  try {
    return await import(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_REQUIRE_ASYNC_MODULE')
      throw new TypeError(`${file} has an "await" at its top level, which the host cannot load. Move it into "init"`, {
        cause: error,
      });
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`${await placeOfMistake(file)}: ${error.message}`, { cause: error });
  }
}

/** File and line, which Node.js shows to a terminal alone. */
async function placeOfMistake(file: string): Promise<string> {
  const { spawnSync } = await import('node:child_process');
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: 5_000 });
  return /^(?:file:\/\/)?(\/.*:\d+)$/m.exec(stderr ?? '')?.[1] ?? file;
}

function isDefinition(value: unknown): value is ExtensionDefinition {
  return typeof value === 'object' && value !== null && 'init' in value && 'settings' in value;
}

/** What TypeScript would have refused. */
function problemsOf(definition: ExtensionDefinition): string[] {
  const settings = Object.entries(definition.settings ?? {}) as [string, unknown][];
  const noSettings = settings
    .filter(([, setting]) => typeof (setting as { variable?: unknown } | null)?.variable !== 'string')
    .map(([key]) => `settings.${key} is no setting: declare it with text(), port(), truth(), schema() and their like`);
  const sockets = Object.keys(definition.listens ?? {}).flatMap((name) => whyNotSocket(name) ?? []);
  const init = typeof definition.init === 'function' ? [] : ['init is no function'];
  return [...noSettings, ...sockets, ...init, ...misnamed(definition, FIELDS, 'field of an extension')];
}

const FIELDS = Object.keys({
  name: true,
  settings: true,
  enabledWhen: true,
  subscribesTo: true,
  subscribesToSetting: true,
  telemetryDelay: true,
  listens: true,
  listensWhen: true,
  receives: true,
  receivesWhen: true,
  startsWhen: true,
  warmUp: true,
  expectsFewRuns: true,
  init: true,
  redacts: true,
} satisfies Record<keyof ExtensionDefinition, true>);

const JAVASCRIPT = /^\.[cm]?js$/;
