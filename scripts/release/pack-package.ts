import { join } from 'node:path';
import { execaSync } from 'execa';

/** Packs what npm would publish into `folder`, and returns the file. @throws Error if it holds something that no user needs, or is too large. */
export function packPackage(root: string, folder: string): string {
  const { stdout } = execaSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
  const [packed] = JSON.parse(stdout) as { filename: string; unpackedSize: number; files: { path: string }[] }[];
  if (packed === undefined) throw new Error('npm pack made nothing.');
  const strange = packed.files
    .map(({ path }) => path)
    .filter((path) => /(^|\/)(test|bench|node_modules)\/|\.test\./.test(path));
  if (strange.length > 0) throw new Error(`The package would hold ${strange.slice(0, 5).join(', ')}.`);
  if (packed.unpackedSize > MOST_BYTES)
    throw new Error(`The package has ${packed.unpackedSize} bytes unpacked: expected ${MOST_BYTES} at most.`);
  return join(folder, packed.filename);
}

const MOST_BYTES = 6_000_000;
