import http from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { runtimeApi } from '../../lambda-api/runtime-api.ts';
import { startHttpServer } from '../../test/support/servers/http-server.ts';
import { createInvocationHooks } from './create-invocation-hooks.ts';
import { wrapAwsClient } from './wrap-aws-client.ts';

const { dlopen } = process;
const { request } = http;
afterEach(() => {
  process.dlopen = dlopen;
  http.request = request;
});

/** What `next` brings by the alternative client, which takes `request` before it loads its addon, or at each call. */
async function nextBy(nodeVersion: string, takesRequest: 'before' | 'at each call') {
  await using lambda = await startHttpServer((_request, response) => {
    response.setHeader('lambda-runtime-aws-request-id', 'id-1').end();
  });
  const events: string[] = [];
  const hooks = createInvocationHooks(() => undefined);
  hooks.beforeNext(() => events.push('before next'));
  hooks.afterNext(({ requestId }) => events.push(`after next: ${requestId}`));
  process.dlopen = () => undefined;
  wrapAwsClient(hooks, { AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true' }, nodeVersion);
  const taken = http.request;
  process.dlopen({ exports: {} }, '/var/runtime/rapid-client.node');

  const send = takesRequest === 'before' ? taken : http.request;
  const isRestored = http.request === request;
  await new Promise((resolve) =>
    send({ port: lambda.port, path: runtimeApi.next }, (answer) => answer.resume().on('end', resolve)).end(),
  );
  return { events, isRestored };
}

const HOOKED = ['before next', 'after next: id-1'];

it('puts hooks around the calls of client 4, and leaves the function the request of Node.js', async () => {
  expect(await nextBy('24.1.0', 'before')).toEqual({ events: HOOKED, isRestored: true });
});

it('puts hooks around the calls of client 3, which takes request at each call', async () => {
  expect(await nextBy('22.23.5', 'at each call')).toEqual({ events: HOOKED, isRestored: false });
});
