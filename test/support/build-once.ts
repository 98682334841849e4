/** Vitest calls `setup` before the first suite that needs `dist`. */
export { buildOnce as setup } from '../../scripts/build-once.ts';
