import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The places that hold the version. Each pattern has it as its second group. */
const PLACES: readonly { file: string; pattern: RegExp }[] = [
  { file: 'package.json', pattern: /^(\s*"version": ")(.+)(",)$/m },
  { file: 'package-lock.json', pattern: /^(\s*"version": ")(.+)(",)$/m },
  { file: 'package-lock.json', pattern: /("": \{\s*"name": "lambda-node-extended",\s*"version": ")(.+)(",)/ },
  { file: 'foundation/version.ts', pattern: /(VERSION = ')(.+)(')/ },
  { file: 'supervisor/Cargo.toml', pattern: /^(version = ")(.+)(")$/m },
  { file: 'supervisor/Cargo.lock', pattern: /(name = "supervisor"\nversion = ")(.+)(")/ },
];

/** @throws Error if they do not all hold the same one. */
export function theVersion(root: string): string {
  const found = PLACES.map(({ file, pattern }) => ({ file, version: pattern.exec(read(root, file))?.[2] }));
  const versions = new Set(found.map(({ version }) => version));
  const [version] = versions;
  if (versions.size === 1 && version !== undefined) return version;
  throw new Error(`The versions differ: ${found.map((one) => `${one.file} has ${one.version}`).join(', ')}.`);
}

/** Writes a version to all of them. */
export function setVersion(root: string, version: string): void {
  if (!/^\d+\.\d+\.\d+(-[0-9a-z.-]+)?$/i.test(version))
    throw new Error(`"${version}" is not a version: expected e.g. 1.2.3 or 1.2.3-rc.1.`);
  for (const { file, pattern } of PLACES) {
    writeFileSync(join(root, file), read(root, file).replace(pattern, `$1${version}$3`));
  }
}

function read(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
