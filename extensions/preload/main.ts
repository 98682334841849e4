/** Runs first in the function's own process, by `--require` in NODE_OPTIONS. */
import { parts } from './parts.ts';
import { startPreload } from './start-preload.ts';

startPreload(parts, process.env);
