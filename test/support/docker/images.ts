import { BASE_IMAGE, buildMinistack, buildTarget, buildTemplate } from '../../../scripts/image.ts';
import { isStandin } from '../../../scripts/image-base.ts';
import { TARGETS } from '../../../scripts/image-names.ts';
import { setup as buildOnce } from '../build-once.ts';

/** The base image as BASE_IMAGE names it, with Node 22. */
export const NODE_22_BASE = BASE_IMAGE.replace(/:\d+/, ':22');

/** Builds all images, and `dist` to compare with, before the first container suite. Docker's cache has what did not change. */
export function setup(): void {
  // Testcontainers' own clean-up container cannot be pulled where the base image cannot.
  if (isStandin(BASE_IMAGE)) process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
  buildOnce();
  for (const target of TARGETS) buildTarget(target);
  buildTarget('extended', { baseImage: NODE_22_BASE });
  buildMinistack();
  buildTemplate();
}
