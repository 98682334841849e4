import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';

/** Packs what npm would publish into `folder`, and returns the file. @throws Error if it holds something that no user needs, or is too large. */
export function packPackage(root: string, folder: string): string {
  const packed = pack(root, folder);
  const strange = packed.files.filter((path) => /(^|\/)(test|bench|node_modules)\/|\.test\./.test(path));
  if (strange.length > 0) throw new Error(`The package would hold ${strange.slice(0, 5).join(', ')}.`);
  if (packed.unpackedBytes > MOST_BYTES)
    throw new Error(`The package has ${packed.unpackedBytes} bytes unpacked: expected ${MOST_BYTES} at most.`);
  return packed.file;
}

/** Packs `create-lambda-node-extended`, with the licence, and returns the file. @throws Error if it holds something else. */
export function packCreate(root: string, folder: string): string {
  const copy = join(root, 'dist/create');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(root, 'create'), copy, { recursive: true });
  cpSync(join(root, 'LICENSE'), join(copy, 'LICENSE'));
  const packed = pack(copy, folder);
  const found = packed.files.sort().join(', ');
  if (found !== CREATE) throw new Error(`create-lambda-node-extended would hold ${found}: expected ${CREATE}.`);
  return packed.file;
}

function pack(cwd: string, folder: string): { file: string; files: string[]; unpackedBytes: number } {
  const { stdout } = execaSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd });
  const [packed] = JSON.parse(stdout) as { filename: string; unpackedSize: number; files: { path: string }[] }[];
  if (packed === undefined) throw new Error('npm pack made nothing.');
  const { filename, unpackedSize: unpackedBytes, files } = packed;
  return { file: join(folder, filename), files: files.map(({ path }) => path), unpackedBytes };
}

const MOST_BYTES = 6_000_000;
const CREATE = 'LICENSE, README.md, main.js, package.json';
