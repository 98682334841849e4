import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ZipEntry } from './zip.ts';

const SUPERVISOR = 'extensions/lambda-node-extended';
/** The further names of the supervisor. */
const LINKS = ['bin/with-secrets', 'lambda-node-extended/entrypoint'];
/** What fits one version of Node.js or another machine only, and what the npm package has in place of links. */
const LEFT_OUT = /\.cache$|^lambda-node-extended\/(supervisor-|launcher\.sh$)/;

/**
 * The contents of a layer: `/opt` for one architecture, without the code that V8 compiled before.
 * @param opt the folder that the build of this repository wrote, or `dist/lib/opt` of the npm package, also with modules added.
 * @param supervisor the executable for the layer's architecture.
 */
export function layerEntries(opt: string, supervisor: Buffer): ZipEntry[] {
  const files = readdirSync(opt, { recursive: true, encoding: 'utf8' })
    .filter((path) => path !== SUPERVISOR && !LINKS.includes(path) && !LEFT_OUT.test(path))
    .filter((path) => lstatSync(join(opt, path)).isFile())
    .map((path): ZipEntry => ({ path, kind: 'file', bytes: readFileSync(join(opt, path)) }));
  const links = LINKS.map((path): ZipEntry => ({ path, kind: 'link', bytes: Buffer.from(`../${SUPERVISOR}`) }));
  return [...files, ...links, { path: SUPERVISOR, kind: 'executable', bytes: supervisor }];
}
