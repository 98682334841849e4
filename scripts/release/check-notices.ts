import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { optComponents } from './bills.ts';

/** @throws Error if the licence of a component of `/opt` is not among the notices that go with it. */
export function checkNotices(root: string): void {
  const notices = readFileSync(join(root, 'dist/opt/lambda-node-extended/THIRD-PARTY-NOTICES.txt'), 'utf8');
  const missing = optComponents(root)
    .filter(({ purl }) => purl.startsWith('pkg:npm/') || purl.startsWith('pkg:cargo/'))
    .filter(({ name, version }) => !notices.includes(`${name} ${version} (`));
  if (missing.length > 0)
    throw new Error(`The notices lack ${missing.map(({ name, version }) => `${name} ${version}`).join(', ')}.`);
}
