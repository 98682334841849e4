import { spawnSync } from 'node:child_process';
import { whyNotNamed } from '../lambda-api/extension-names.ts';

/**
 * The name in the definition that a built module exports. A process of its own loads it: what a module does at once must not
 * happen to the one that builds.
 * @throws Error if it has none, or one that nobody can use.
 */
export function nameOf(module: string, file: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--eval', PRINT_NAME, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${module} cannot be loaded: ${stderr.trim()}`);
  const [, name = ''] = NAME.exec(stdout) ?? [];
  if (name === '')
    throw new Error(`${module} exports no extension: expected "export default defineExtension({ name, … })".`);
  const whyNot = whyNotNamed(name);
  if (whyNot !== undefined) throw new Error(`${module} cannot be called "${name}": ${whyNot}.`);
  return name;
}

const NAME = /\0name:([^\0]*)\0/;
/** The module may print something of its own before and after. */
const PRINT_NAME = `
  // What calls "run" by itself does not begin.
  globalThis[Symbol.for('lambda-node-extended.host')] = true;
  const exported = require(process.argv[1]);
  const definition = exported.default?.default ?? exported.default ?? exported;
  process.stdout.write('\\0name:' + (typeof definition?.init === 'function' ? definition.name ?? '' : '') + '\\0', () => process.exit(0));`;
