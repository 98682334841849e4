import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { extensionsApi, extensionsApiHeaders as headers } from '../../lambda-api/extensions-api.ts';
import type { Environment } from '../environment/environment.ts';
import { ask } from './ask.ts';
import { header, readBody } from './http.ts';
import type { Route } from './runtime-server.ts';

const MOST_BODY_BYTES = 1_048_576;

/** Extensions API 2020-01-01. Its routes do not exist when extensions are switched off. */
export function extensionsApiRoutes(
  environment: Environment,
  { delayRegister }: { delayRegister(name: string): Promise<void> },
): Route[] {
  const identifierOf = (request: IncomingMessage) => header(request, headers.identifier);

  return [
    {
      method: 'POST',
      path: extensionsApi.register,
      async handle(request, response) {
        const body = await readBody(request, MOST_BODY_BYTES);
        const name = header(request, headers.name);
        await delayRegister(name ?? '');
        ask(environment, response, {
          type: 'register',
          name,
          features: header(request, headers.acceptFeature),
          body: body?.toString() ?? '',
          newIdentifier: randomUUID(),
        });
      },
    },
    {
      method: 'GET',
      path: extensionsApi.next,
      handle(request, response) {
        ask(environment, response, {
          type: 'extension-next',
          identifier: identifierOf(request),
          eventIdentifier: randomUUID(),
        });
      },
    },
    ...(['init', 'exit'] as const).map(
      (during): Route => ({
        method: 'POST',
        path: during === 'init' ? extensionsApi.initError : extensionsApi.exitError,
        async handle(request, response) {
          await readBody(request, MOST_BODY_BYTES);
          const errorType = header(request, headers.errorType);
          ask(environment, response, { type: 'extension-error', during, identifier: identifierOf(request), errorType });
        },
      }),
    ),
  ];
}
