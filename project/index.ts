/** From nothing to shipped: what the command does for a project of the user. */
export { type Built, buildExtensions } from './build.ts';
export { bundleAll } from './bundle-all.ts';
export type { ProjectKind } from './extension-name.ts';
export { layerEntries } from './layer-entries.ts';
export { sizeOf } from './limits.ts';
export { newProject } from './new-project.ts';
export { putModules, writeOpt } from './opt.ts';
export { readTemplate, type Templates } from './templates.ts';
export { zipEntries } from './zip.ts';
