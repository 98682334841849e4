import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import type { Target } from '../image-names.ts';
import {
  billOfMaterials,
  type Component,
  DPKG_FORMAT,
  npmComponents,
  RPM_FORMAT,
  supervisorComponents,
  systemComponents,
} from './sbom.ts';

/** What `npm run build` put together: the npm package, and `/opt`, which the layers hold, too. */
export function billsOfBuild(root: string): Record<string, string> {
  return {
    npm: billOfMaterials('npm', [...npmComponents(root, packages(root).npm), ...optComponents(root)]),
    layer: billOfMaterials('layer', optComponents(root)),
  };
}

/** The name of an image's bill. */
export function billOf(target: Target): string {
  return target === 'extended' ? 'image' : `image-${target.replace('extended-', '')}`;
}

/** Of the images: what is in `/opt`, and on those with a base the base's packages. */
export function billsOfImages(root: string, tagOf: (target: Target) => string): Record<string, string> {
  const base = systemOf(tagOf('extended'));
  const opt = optComponents(root);
  return {
    [billOf('extended')]: billOfMaterials('image', [...base, ...opt]),
    [billOf('extended-separate')]: billOfMaterials('image-separate', [...base, ...opt]),
    [billOf('extensions')]: billOfMaterials('image-extensions', opt),
    [billOf('dev')]: billOfMaterials('image-dev', [...base, ...opt, ...npmComponents(root, packages(root).emulator)]),
  };
}

export function optComponents(root: string): Component[] {
  const supervisor = join(root, 'dist/opt/extensions/lambda-node-extended');
  return [...npmComponents(root, packages(root).opt), ...supervisorComponents(root, supervisor)];
}

function packages(root: string): { opt: string[]; emulator: string[]; npm: string[] } {
  return JSON.parse(readFileSync(join(root, 'dist/packages.json'), 'utf8'));
}

/** Amazon Linux has rpm; the stand-in of this repository is Debian. Node.js and the runtime client are not packages there. */
function systemOf(image: string): Component[] {
  const rpm = listing(image, 'rpm', '-qa', '--queryformat', RPM_FORMAT);
  const system =
    rpm === undefined
      ? systemComponents('deb', 'debian', listing(image, 'dpkg-query', '-W', '-f', DPKG_FORMAT) ?? '')
      : systemComponents('rpm', 'amazon', rpm);
  if (system.length === 0) throw new Error(`The packages of ${image} cannot be listed: it has neither rpm nor dpkg.`);
  const node = listing(image, '/var/lang/bin/node', '-p', 'process.versions.node')?.trim();
  return [
    ...system,
    { type: 'platform', name: 'node', version: node, license: 'MIT', purl: `pkg:generic/node@${node}` },
  ];
}

/** What a program of the image prints; undefined if there is none. */
function listing(image: string, program: string, ...args: string[]): string | undefined {
  const { failed, stdout } = execaSync('docker', ['run', '--rm', '--entrypoint', program, image, ...args], {
    reject: false,
  });
  return failed ? undefined : stdout;
}
