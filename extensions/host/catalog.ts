import { existsSync, readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { ExtensionDefinition } from '../sdk/index.ts';

export type Catalog = ReadonlyMap<string, () => Promise<ExtensionDefinition>>;

/** Name to lazy import: an extension that is off costs nothing. */
const ours: Catalog = new Map<string, () => Promise<ExtensionDefinition>>([
  ['secrets', async () => (await import('../secrets/extension.ts')).secrets],
  ['appconfig', async () => (await import('../appconfig/extension.ts')).appconfig],
  ['telemetry', async () => (await import('../telemetry/extension.ts')).telemetry],
  ['insights', async () => (await import('../insights/extension.ts')).insights],
]);

/** Ours and the modules `<name>.js`, `.cjs`, `.mjs` in a folder of the user's, whose default export is an extension. */
export function readCatalog(modulesFolder: string): Catalog {
  const files = existsSync(modulesFolder) ? readdirSync(modulesFolder) : [];
  const modules = files.filter((file) => MODULE_FILE.test(file)).sort();
  return new Map([
    ...ours,
    ...modules.map((file) => [parse(file).name, () => load(join(modulesFolder, file))] as const),
  ]);
}

async function load(file: string): Promise<ExtensionDefinition> {
  const module: unknown = await import(file);
  const definition = unwrapDefault(unwrapDefault(module));
  if (isDefinition(definition)) return { ...definition, name: parse(file).name };
  throw new TypeError(`${file} exports no extension: its default export needs "settings" and "init"`);
}

/** A CommonJS module imported as ESM carries its default export one level deeper. */
function unwrapDefault(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'default' in value ? value.default : value;
}

function isDefinition(value: unknown): value is ExtensionDefinition {
  return typeof value === 'object' && value !== null && 'init' in value && 'settings' in value;
}

const MODULE_FILE = /\.[cm]?js$/;
