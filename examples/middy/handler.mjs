/** A middleware of middy that gives the handler its secrets, so that the handler itself reads nothing and is easy to test. */
import middy from '@middy/core';
import { getSecret } from 'lambda-node-extended/client';

const withSecret = (name, id) => ({
  before: async ({ context }) => {
    // From memory, but for the first time and after a rotation.
    context[name] = await getSecret(id, { json: true });
  },
});

export const handler = middy()
  .use(withSecret('database', 'prod/db'))
  .handler(async (_event, { database }) => ({ username: database.username }));
