/** Reads a secret and a parameter with our client, which asks AWS from the function's own process and keeps the values in memory. */
import { getParameter, getSecret, NotFoundError } from 'lambda-node-extended/client';

// During INIT: the first invocation has it already.
await getSecret('prod/db');

export async function handler() {
  const [{ username }, table] = await Promise.all([getSecret('prod/db', { json: true }), tableName()]);
  return { username, table };
}

async function tableName() {
  try {
    return await getParameter('/orders/table');
  } catch (error) {
    if (error instanceof NotFoundError) return 'orders';
    throw error;
  }
}
