import { extensionsApiHeaders } from '../../lambda-api/extensions-api.ts';
import { logsApi, telemetryApi } from '../../lambda-api/telemetry-api.ts';
import type { Environment } from '../environment/environment.ts';
import { ask } from './ask.ts';
import { header, readBody } from './http.ts';
import type { Route } from './runtime-server.ts';

const MOST_BODY_BYTES = 1_048_576;

/** Telemetry API 2022-07-01, and the Logs API, which it has replaced. */
export function telemetryApiRoutes(environment: Environment): Route[] {
  return (['telemetry', 'logs'] as const).map((api) => ({
    method: 'PUT',
    path: (api === 'logs' ? logsApi : telemetryApi).subscribe,
    async handle(request, response) {
      const body = await readBody(request, MOST_BODY_BYTES);
      const identifier = header(request, extensionsApiHeaders.identifier);
      ask(environment, response, { type: 'subscribe', api, identifier, body: body?.toString() ?? '' });
    },
  }));
}
