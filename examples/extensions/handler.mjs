/** Uses each extension of this folder. */
import { existsSync } from 'node:fs';

const {
  TOKEN_URL,
  TOKEN_PORT = '2790',
  CACHE_PORT = '2791',
  LOG_BUDGET_FILE = '/tmp/log-budget-is-spent',
} = process.env;
// `console.log` would add the time and the id of the invocation.
const log = (line) => existsSync(LOG_BUDGET_FILE) || process.stdout.write(`${JSON.stringify(line)}\n`);

export async function handler({ order, user }) {
  log({ metric: 'orders', value: 1 });
  log({ exposure: { flag: 'checkout', variant: 'b', user } });
  const token = TOKEN_URL ? await readToken() : null;
  const cached = await fetch(`http://localhost:${CACHE_PORT}/orders/${user}`);
  await fetch(`http://localhost:${CACHE_PORT}/orders/${user}`, { method: 'PUT', body: order });
  return { token, before: cached.ok ? await cached.text() : null };
}

async function readToken() {
  const headers = { 'X-Aws-Parameters-Secrets-Token': process.env.AWS_SESSION_TOKEN };
  return (await fetch(`http://localhost:${TOKEN_PORT}/`, { headers })).text();
}
