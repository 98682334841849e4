import { defineExtension } from '../sdk/index.ts';
import { valueReader } from './read-value.ts';
import { secretsServer } from './server.ts';
import { settings } from './settings.ts';

/** Secrets and parameters over HTTP, from memory: takes the place of AWS's Parameters and Secrets extension. */
export const secrets = defineExtension({
  name: 'secrets',
  settings,
  listens: { secrets: settings.httpPort },
  async init({ settings, host: { aws, clock, http, ...host } }) {
    const log = host.log.atLevel(settings.logLevel);
    if (aws.sessionToken.isEmpty) log.error('every request gets 403, because AWS_SESSION_TOKEN is not set');

    let deadlineMs: number | undefined;
    const reader = valueReader({ settings, aws, clock, deadlineMs: () => deadlineMs });
    const handle = secretsServer({ token: aws.sessionToken, read: reader.read, log });
    const server = await http.serve({ name: 'secrets', port: settings.httpPort, handle });

    return {
      invokeBoundMs: 0,
      invoke(event) {
        deadlineMs = event.deadlineMs;
      },
      async shutdown() {
        reader.clear();
        await server.close();
      },
    };
  },
});
