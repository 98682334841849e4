/** A function for tests and for "npm run dev": it takes as long as the event says. */
import { setTimeout as sleep } from 'node:timers/promises';

export const handler = async ({ waitMs = 0 }) => {
  await sleep(waitMs);
  return { waitMs };
};
