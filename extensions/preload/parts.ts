import { eventLoop } from './event-loop.ts';
import type { Part } from './part.ts';

/** All that the preload can do. What is named here is known to the entry point of the image, too. */
export const parts: readonly Part[] = [eventLoop];
