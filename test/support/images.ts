import { buildMinistack, buildTarget, buildTemplate } from '../../scripts/image.ts';

/** Builds all images before the first container suite; what has not changed comes from Docker's cache. */
export function setup(): void {
  for (const target of ['extended', 'extended-separate', 'extensions'] as const) buildTarget(target);
  buildMinistack();
  buildTemplate();
}
