import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { licenceTexts } from './licence-texts.ts';

/** The licences of all packages whose code is in the bundles, as the licences require. */
export function packageNotices(root: string, bundle: Pick<Metafile, 'outputs'>): string[] {
  return packagesIn(bundle).map((folder) => notice(root, folder));
}

/** The folders of those packages, e.g. `node_modules/@smithy/core`. */
export function packagesIn({ outputs }: Pick<Metafile, 'outputs'>): string[] {
  const used = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [packageFolder(file)] : [])),
  );
  return [...new Set(used.filter((folder) => folder !== undefined))].sort();
}

/** Of what Rust links into the supervisor: its standard library, and the C library that the file itself shows. */
export function supervisorNotices(root: string, supervisor: string): string[] {
  const libc = readFileSync(supervisor).includes('GLIBC_') ? 'glibc' : 'musl';
  return ['rust-std', libc].map((name) => readFileSync(join(root, `supervisor/notices/${name}.txt`), 'utf8'));
}

export function joinNotices(notices: readonly string[]): string {
  return notices.join(`\n${'-'.repeat(80)}\n\n`);
}

function packageFolder(file: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function notice(root: string, folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return `${name} ${version} (${license})\n\n${licenceTexts(root, folder).join('\n\n')}\n`;
}
