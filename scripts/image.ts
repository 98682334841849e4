/** Builds the images of the Dockerfile, on the base image that BASE_IMAGE names: `npm run image`. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { buildOnce } from './build-once.ts';
import { whenCalled } from './command.ts';
import { buildArguments, buildImage, dockerOutput, imageExists, requireDocker, whyNotPulled } from './docker.ts';
import { buildStandin, isStandin, registryArguments, STANDIN_DEBIAN } from './image-base.ts';
import { labelFlags } from './image-labels.ts';
import { furtherNames, localName, TARGETS, type Target } from './image-names.ts';
import { packPackage } from './release/pack-package.ts';

const AWS_BASE = 'public.ecr.aws/lambda/nodejs:24';

/** On which the images are built. `chooseBase` may replace AWS's by the stand-in. */
export let BASE_IMAGE = process.env.BASE_IMAGE || AWS_BASE;

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

/** The function of handler-template, on the image that `buildTarget` made, with the package of this checkout. */
export function buildTemplate(extendedImage = tagOf('extended'), tag = TEMPLATE): string {
  return buildFunction('handler-template', tag, extendedImage);
}

/** A folder that users copy, on an image that `buildTarget` made, with the package of this checkout in place of the published one. */
export function buildFunction(folder: string, tag: string, extendedImage: string): string {
  buildOnce();
  const context = mkdtempSync(join(tmpdir(), 'lambda-node-function-'));
  try {
    cpSync(resolve(ROOT, folder), context, { recursive: true, filter: (file) => basename(file) !== 'node_modules' });
    const flags = buildArguments({
      EXTENDED_IMAGE: extendedImage,
      EXTENDED_PACKAGE: basename(packPackage(ROOT, context)),
      NODE_EXTRA_CA_CERTS: isStandin(BASE_IMAGE) ? '/var/runtime/ca-cert.pem' : undefined,
    });
    buildImage(tag, context, ...flags, ...registryArguments('npm'));
  } finally {
    rmSync(context, { recursive: true });
  }
  return tag;
}

/**
 * Makes sure of a base image, here and in the processes that this one starts: of BASE_IMAGE if that is set; else of AWS's; else,
 * where Docker cannot pull that, of the stand-in, and says so.
 */
export function chooseBase(): void {
  if (process.env.BASE_IMAGE) {
    requireBase();
    return;
  }
  const failure = imageExists(AWS_BASE) ? undefined : whyNotPulled(AWS_BASE);
  if (failure !== undefined) {
    console.error(
      `Docker cannot pull ${AWS_BASE} (${failure}). Building and using a stand-in for it. BASE_IMAGE names another.`,
    );
    BASE_IMAGE = buildStandin();
  }
  process.env.BASE_IMAGE = BASE_IMAGE;
}

/** Pulls or builds the base image if it is missing. */
export function requireBase(image = BASE_IMAGE): void {
  if (isStandin(image)) buildStandin(image.split(':')[1]);
  const failure = imageExists(image) ? undefined : whyNotPulled(image);
  if (failure === undefined) return;
  throw new Error(
    `Docker has no base image ${image} and cannot pull it (${failure}). If its registry is out of reach, run ` +
      '"npm run image:base", set BASE_IMAGE to the tag that it prints, and try again.',
  );
}

await whenCalled(import.meta, () => {
  requireDocker('"npm run image" builds images');
  for (const target of TARGETS) {
    const tag = buildTarget(target);
    console.log([tag, ...furtherNames(target, nodeOf(BASE_IMAGE))].join('  '));
  }
});
