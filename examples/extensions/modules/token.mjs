/** Mints an OAuth token and keeps it: `GET http://localhost:2790/`, with the header that the secrets extension wants. */
import { defineExtension, port, text } from 'lambda-node-extended/extension';

const settings = {
  port: port('TOKEN_PORT', 2790, 'The port on localhost.'),
  url: text('TOKEN_URL', undefined, 'Where tokens are minted (OAuth 2.0, client credentials).'),
  secretId: text(
    'TOKEN_CLIENT_SECRET_ID',
    undefined,
    'The secret in Secrets Manager: {"client_id":"…","client_secret":"…"}.',
  ),
};

export default defineExtension({
  name: 'token',
  settings,
  enabledWhen: [settings.url],
  listens: { token: settings.port },
  async init({ settings: { port, url, secretId }, host }) {
    const callAws = host.aws.caller({ maxConnections: 1, longestMs: 3_000 });
    let token;
    let minting;

    /** One call for all who wait. */
    function mint() {
      minting ??= mintNow().finally(() => {
        minting = undefined;
      });
      return minting;
    }

    async function mintNow() {
      const signal = AbortSignal.timeout(3_000);
      const input = { SecretId: secretId };
      const target = 'secretsmanager.GetSecretValue';
      const { SecretString } = await callAws({ service: 'secretsmanager', target, input }, signal);
      const body = new URLSearchParams({ grant_type: 'client_credentials', ...JSON.parse(SecretString) });
      const response = await fetch(url, { method: 'POST', body, signal });
      if (!response.ok) throw new Error(`${url} answered ${response.status}`);
      const { access_token: value, expires_in: seconds } = await response.json();
      // Ages in wall time: no other clock moves while the environment is frozen.
      token = { value, mintedAtMs: host.clock.wallMs(), lifeMs: seconds * 1_000 };
      return token;
    }

    const ageOf = ({ mintedAtMs, lifeMs }) => Math.max(0, host.clock.wallMs() - mintedAtMs) / lifeMs;
    const forget = () => {
      token = undefined;
    };
    // Telemetry redacts it, in this process and after it.
    host.secretsInUse.provide('token', () => (token ? [token.value] : []));
    await host.http.serve({
      name: 'token',
      port,
      async handle(request, response) {
        // Only what runs in this environment knows the session token.
        if (!(await host.aws.isSessionToken(String(request.headers['x-aws-parameters-secrets-token']))))
          return response.writeHead(403).end();
        try {
          const { value } = token && ageOf(token) < 0.95 ? token : await mint();
          response.end(value);
        } catch (error) {
          host.log.error(`No token: ${error.message}`);
          response.writeHead(502).end();
        }
      },
    });
    return {
      // Ahead of time, while the function runs: no reader waits for it.
      async invoke() {
        if (token && ageOf(token) > 0.8) await mint();
      },
      // SnapStart: all environments of the version would share it.
      beforeSnapshot: forget,
      restore: forget,
    };
  },
});
