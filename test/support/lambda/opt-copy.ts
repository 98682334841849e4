import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aloneOptFolder, optFolder } from './host-process.ts';

/** A copy of the combined layout for one test, with modules of `test/fixtures/modules` added as a user would. */
export function copyOpt(
  modules: readonly string[] = [],
  { isAlone = false } = {},
): { folder: string; launcher: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'opt-'));
  cpSync(optFolder, folder, { recursive: true });
  if (isAlone) cpSync(join(aloneOptFolder, 'extensions'), join(folder, 'extensions'), { recursive: true });
  for (const module of modules) {
    cpSync(join(fixtures, module), join(folder, 'lambda-node-extended/modules', module));
  }
  return {
    folder,
    launcher: join(folder, 'extensions/lambda-node-extended'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

const fixtures = fileURLToPath(new URL('../../fixtures/modules', import.meta.url));
