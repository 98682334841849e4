import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Part } from '../../../extensions/preload/part.ts';
import { bundlePreload } from '../../../scripts/bundle-preload.ts';
import { parts } from '../../fixtures/preload/parts.ts';
import { optFolder } from './host-process.ts';

/** Without cargo the build makes none, and says so. */
export const hasEntrypoint = existsSync(join(optFolder, 'lambda-node-extended/entrypoint'));

export interface OptWithPreload extends Disposable {
  readonly folder: string;
  readonly entrypoint: string;
  readonly preload: string;
}

/** An /opt with the entry point alone, and a preload: by default the one with the parts of test/fixtures/preload. */
export async function optWithPreload(
  entry = 'test/fixtures/preload/main.ts',
  entryParts: readonly Part[] = parts,
): Promise<OptWithPreload> {
  // Node.js ends an option at a blank.
  const folder = mkdtempSync(join(tmpdir(), 'opt with blanks-'));
  const ours = join(folder, 'lambda-node-extended');
  mkdirSync(ours);
  const entrypoint = join(ours, 'entrypoint');
  if (hasEntrypoint) copyFileSync(join(optFolder, 'lambda-node-extended/entrypoint'), entrypoint);
  await bundlePreload(root, entry, entryParts, ours);
  return {
    folder,
    entrypoint,
    preload: join(ours, 'preload.cjs'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
