import { CONTAINER_CREDENTIALS_PATH } from '../../lambda-api/container-credentials.ts';
import { runtimeApiHeaders as headers, MAX_RESPONSE_BYTES, runtimeApi } from '../../lambda-api/runtime-api.ts';
import type { Environment } from '../environment/environment.ts';
import { JSON_TYPE } from '../environment/replies.ts';
import { ask } from './ask.ts';
import { header, readBody, send } from './http.ts';
import type { Route } from './runtime-server.ts';

/** What Lambda serves with SnapStart alone: the wait for the restore, its errors, and the credentials. */
export function restoreApiRoutes(environment: Environment, credentials: CredentialsEndpoint): Route[] {
  return [
    {
      method: 'GET',
      path: runtimeApi.restoreNext,
      handle: (_request, response) => ask(environment, response, { type: 'runtime-restore-next' }),
    },
    {
      method: 'POST',
      path: runtimeApi.restoreError,
      async handle(request, response) {
        const body = (await readBody(request, MAX_RESPONSE_BYTES)) ?? Buffer.alloc(0);
        const errorType = header(request, headers.errorType);
        ask(environment, response, { type: 'runtime-restore-error', errorType, body });
      },
    },
    {
      method: 'GET',
      path: CONTAINER_CREDENTIALS_PATH,
      handle(request, response) {
        const { status, body } = credentials.answer(header(request, 'authorization'));
        send(response, { status, headers: JSON_TYPE, body });
      },
    },
  ];
}

interface CredentialsEndpoint {
  answer(authorization: string | undefined): { readonly status: number; readonly body: string };
}
