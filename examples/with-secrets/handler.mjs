/** Reads variables, as most libraries do. `with-secrets` fills them before the runtime starts. */
const { DB_USER, DB_PASSWORD, API_KEY } = process.env;

export function handler() {
  return { user: DB_USER, hasPassword: DB_PASSWORD.length > 0, hasKey: API_KEY.length > 0 };
}
