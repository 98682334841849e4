import { setTimeout as sleep } from 'node:timers/promises';
import middy from '@middy/core';

/** Of middy's hooks, these two measure. */
const measured = {
  beforeMiddleware: (name) => performance.mark(name),
  afterMiddleware: (name) => performance.measure(name, name),
};

async function readUser(request) {
  await sleep(5);
  request.event.hello = request.event.user;
}

function countUse() {}

export const handler = middy(({ hello }) => ({ hello }), measured)
  .use({ before: readUser })
  .use({ after: countUse });
