import { buildMinistack, buildTarget, buildTemplate } from '../../scripts/image.ts';
import { setup as buildOnce } from './build-once.ts';

/** Builds all images, and `dist` to compare with, before the first container suite. Docker's cache has what did not change. */
export function setup(): void {
  buildOnce();
  for (const target of ['extended', 'extended-separate', 'extensions'] as const) buildTarget(target);
  buildMinistack();
  buildTemplate();
}
