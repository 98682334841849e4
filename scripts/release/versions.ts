import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Place {
  readonly file: string;
  readonly pattern: RegExp;
}

/** The places that hold the version. Each pattern has it as its second group. */
const PLACES: readonly Place[] = [
  { file: 'package.json', pattern: /^(\s*"version": ")(.+)(",)$/m },
  { file: 'package-lock.json', pattern: /^(\s*"version": ")(.+)(",)$/m },
  { file: 'package-lock.json', pattern: /("": \{\s*"name": "lambda-node-extended",\s*"version": ")(.+)(",)/ },
  { file: 'foundation/version.ts', pattern: /(VERSION = ')(.+)(')/ },
  { file: 'supervisor/Cargo.toml', pattern: /^(version = ")(.+)(")$/m },
  { file: 'supervisor/Cargo.lock', pattern: /(name = "supervisor"\nversion = ")(.+)(")/ },
  { file: 'create/package.json', pattern: /^(\s*"version": ")(.+)(",)$/m },
  { file: 'create/package.json', pattern: /("lambda-node-extended": ")(.+)(")/ },
  { file: 'extension-template/package.json', pattern: /("lambda-node-extended": ")(.+)(")/ },
  { file: 'README.md', pattern: /(lambda-node-extended-)(\d.*)(\.tgz)/ },
  { file: 'examples/README.md', pattern: /(\.\/lambda-node-extended-)(\d.*)(\.tgz)/ },
  { file: 'handler-template/README.md', pattern: /(EXTENDED_PACKAGE=lambda-node-extended-)(\d.*)(\.tgz)/ },
  { file: 'handler-template/README.md', pattern: /(\.\/lambda-node-extended-)(\d.*)(\.tgz)/ },
  { file: 'handler-template/package.json', pattern: /("lambda-node-extended": ")(.+)(")/ },
  { file: 'handler-template/package-lock.json', pattern: /("lambda-node-extended": ")(\d.+)(")/ },
  {
    file: 'handler-template/package-lock.json',
    pattern: /("node_modules\/lambda-node-extended": \{\s*"version": ")(.+)(",)/,
  },
];

/** The examples install the package of the same version. */
function placesIn(root: string): readonly Place[] {
  const pattern = /("lambda-node-extended": ")(.+)(")/;
  const examples = globSync('examples/*/package.json', { cwd: root }).sort();
  return [
    ...PLACES,
    ...examples.map((file) => ({ file, pattern })).filter(({ file }) => pattern.test(read(root, file))),
  ];
}

/** @throws Error if they do not all hold the same one. */
export function theVersion(root: string): string {
  const found = placesIn(root).map(({ file, pattern }) => ({ file, version: pattern.exec(read(root, file))?.[2] }));
  const versions = new Set(found.map(({ version }) => version));
  const [version] = versions;
  if (versions.size === 1 && version !== undefined) return version;
  throw new Error(`The versions differ: ${found.map((one) => `${one.file} has ${one.version}`).join(', ')}.`);
}

/** Writes a version to all of them. */
export function setVersion(root: string, version: string): void {
  if (!/^\d+\.\d+\.\d+(-[0-9a-z.-]+)?$/i.test(version))
    throw new Error(`"${version}" is not a version: expected e.g. 1.2.3 or 1.2.3-rc.1.`);
  for (const { file, pattern } of placesIn(root)) {
    writeFileSync(join(root, file), read(root, file).replace(pattern, `$1${version}$3`));
  }
}

function read(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
