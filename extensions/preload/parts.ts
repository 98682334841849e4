import { eventLoop } from './event-loop.ts';
import { internal } from './internal.ts';
import type { Part } from './part.ts';
import { snapStart } from './snapstart.ts';

/**
 * All that the preload can do. What is named here is known to the entry point of the image, too. The first one waits for the
 * restore before the others see the first `next`.
 */
export const parts: readonly Part[] = [snapStart, internal, eventLoop];
