/** Builds the images of the Dockerfile, on the base image that BASE_IMAGE names: `npm run image`. */
import { resolve } from 'node:path';
import { execaSync } from 'execa';
import { whenCalled } from './command.ts';
import { buildArguments, buildImage, dockerOutput, imageExists } from './docker.ts';
import { buildStandin, isStandin, registryArguments, STANDIN_DEBIAN } from './image-base.ts';
import { labelFlags } from './image-labels.ts';
import { furtherNames, localName, TARGETS, type Target } from './image-names.ts';

export const BASE_IMAGE = process.env.BASE_IMAGE || 'public.ecr.aws/lambda/nodejs:24';

/** The tags that docker-compose.yml knows. */
export const MINISTACK = 'lambda-node-ministack';
export const TEMPLATE = 'lambda-node-template';

const ROOT = resolve(import.meta.dirname, '..');

/** The tag a target is built under; its first part is the Node version of the base image. */
export function tagOf(target: Target, baseImage = BASE_IMAGE): string {
  return localName(target, nodeOf(baseImage));
}

function nodeOf(baseImage: string): string {
  return /:(\d+)/.exec(baseImage)?.[1] ?? 'custom';
}

/** Builds a target from the checkout in `context`, gives it all of its names, and returns its tag. Quick where Docker's cache has all of it. */
export function buildTarget(
  target: Target,
  { baseImage = BASE_IMAGE, context = ROOT, tag = tagOf(target, baseImage) } = {},
) {
  requireBase(baseImage);
  buildImage(
    tag,
    context,
    '--target',
    target,
    ...buildArguments({ BASE_IMAGE: baseImage, RUST_IMAGE: rustImage(baseImage) }),
    ...registryArguments('npm'),
    ...labelFlags(target === 'extensions' ? undefined : baseImage),
  );
  if (tag === tagOf(target, baseImage))
    for (const name of furtherNames(target, nodeOf(baseImage))) dockerOutput('tag', tag, name);
  return tag;
}

/** The image that compiles the supervisor: RUST_IMAGE, else a stand-in if the base image is one, else the Dockerfile's. */
function rustImage(baseImage: string): string | undefined {
  if (process.env.RUST_IMAGE) return process.env.RUST_IMAGE;
  return isStandin(baseImage) ? buildRustStandin() : undefined;
}

/** Debian's Rust. The target `arm64` also compiles for arm64, and can run the result. */
export function buildRustStandin(target: 'native' | 'arm64' = 'native'): string {
  const tag = `lambda-node-rust:${target}`;
  const flags = buildArguments({ DEBIAN_IMAGE: isStandin(BASE_IMAGE) ? STANDIN_DEBIAN : undefined });
  buildImage(tag, resolve(ROOT, 'images/rust'), '--target', target, ...flags);
  return tag;
}

/** The mock of AWS, for `npm run start:image` and the container tests. */
export function buildMinistack(): string {
  const debian = isStandin(BASE_IMAGE) ? STANDIN_DEBIAN : undefined;
  const flags = [...buildArguments({ DEBIAN_IMAGE: debian }), ...registryArguments('pip')];
  buildImage(MINISTACK, resolve(ROOT, 'images/ministack'), ...flags);
  return MINISTACK;
}

/** The function of handler-template, on the image that `buildTarget` made. */
export function buildTemplate(extendedImage = tagOf('extended'), tag = TEMPLATE): string {
  const certificates = isStandin(BASE_IMAGE) ? '/var/runtime/ca-cert.pem' : undefined;
  const flags = buildArguments({ EXTENDED_IMAGE: extendedImage, NODE_EXTRA_CA_CERTS: certificates });
  buildImage(tag, resolve(ROOT, 'handler-template'), ...flags, ...registryArguments('npm'));
  return tag;
}

/** Pulls or builds the base image if it is missing. */
export function requireBase(image = BASE_IMAGE): void {
  if (isStandin(image)) buildStandin(image.split(':')[1]);
  if (imageExists(image)) return;
  const pulled = execaSync('docker', ['pull', image], { stdio: ['ignore', 2, 2], reject: false });
  if (!pulled.failed) return;
  throw new Error(
    `Docker has no base image ${image} and cannot pull it. If AWS's registry is out of reach, run "npm run image:base", ` +
      'set BASE_IMAGE to the tag that it prints, and try again.',
  );
}

await whenCalled(import.meta, () => {
  for (const target of TARGETS) {
    const tag = buildTarget(target);
    console.log([tag, ...furtherNames(target, nodeOf(BASE_IMAGE))].join('  '));
  }
});
