import { extensionsApiHeaders } from '../../lambda-api/extensions-api.ts';
import { telemetryApi } from '../../lambda-api/telemetry-api.ts';
import type { Environment } from '../environment/environment.ts';
import { JSON_TYPE } from '../environment/replies.ts';
import { ask } from './ask.ts';
import { header, readBody, send } from './http.ts';
import type { Route } from './runtime-server.ts';

const MOST_BODY_BYTES = 1_048_576;
const LOGS_PATH = '/2020-08-15/logs';

/** Telemetry API 2022-07-01. The older Logs API answers as in RIE: not supported. */
export function telemetryApiRoutes(environment: Environment): Route[] {
  return [
    {
      method: 'PUT',
      path: telemetryApi.subscribe,
      async handle(request, response) {
        const body = await readBody(request, MOST_BODY_BYTES);
        const identifier = header(request, extensionsApiHeaders.identifier);
        ask(environment, response, { type: 'subscribe', identifier, body: body?.toString() ?? '' });
      },
    },
    {
      method: 'PUT',
      path: LOGS_PATH,
      async handle(request, response) {
        await readBody(request, MOST_BODY_BYTES);
        const body = JSON.stringify({ errorMessage: 'Logs API is not supported', errorType: 'Logs.NotSupported' });
        send(response, { status: 202, headers: JSON_TYPE, body });
      },
    },
  ];
}
