import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { handler } from './handler.ts';

beforeEach(() => vi.stubEnv('AWS_SESSION_TOKEN', 'session-token'));
afterEach(() => vi.unstubAllEnvs());

it('tells the field names and the version of the secret, and the value of the parameter', async () => {
  await using _extension = await startExtension(answer());

  const result = await handler();

  expect(result).toEqual({
    secret: {
      id: 'demo/database',
      fields: ['username', 'password'],
      versionId: 'version-1',
      latencyMs: expect.any(Number),
    },
    parameter: { name: '/demo/greeting', value: 'Hello', version: 3, latencyMs: expect.any(Number) },
  });
});

it('never tells the value of the secret', async () => {
  await using _extension = await startExtension(answer());

  const result = await handler();

  expect(JSON.stringify(result)).not.toContain('a-password');
});

it('lists no fields of a secret that is not JSON', async () => {
  await using _extension = await startExtension(answer('just text'));

  const result = await handler();

  expect(result.secret.fields).toEqual([]);
});

it('asks for the names in SECRET_ID and PARAMETER_NAME, with the session token', async () => {
  vi.stubEnv('SECRET_ID', 'orders/api key');
  vi.stubEnv('PARAMETER_NAME', '/orders/table');
  await using extension = await startExtension(answer());

  await handler();

  expect(extension.requests.toSorted()).toEqual([
    'session-token /secretsmanager/get?secretId=orders%2Fapi+key',
    'session-token /systemsmanager/parameters/get?name=%2Forders%2Ftable&withDecryption=false',
  ]);
});

it('fails with what the extension says', async () => {
  await using _extension = await startExtension((_request, response) => {
    response.writeHead(400).end('an unexpected error occurred while executing request');
  });

  await expect(handler()).rejects.toThrow('failed with 400: an unexpected error occurred while executing request');
});

/** Answers as the extension does. */
function answer(secretString = '{"username":"admin","password":"a-password"}'): RequestListener {
  return (request, response) => {
    const body = request.url?.startsWith('/secretsmanager/')
      ? { Name: 'demo/database', SecretString: secretString, SecretBinary: null, VersionId: 'version-1' }
      : { Parameter: { Name: '/demo/greeting', Type: 'String', Value: 'Hello', Version: 3 }, ResultMetadata: {} };
    response.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(body));
  };
}

async function startExtension(listener: RequestListener) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.headers['x-aws-parameters-secrets-token']} ${request.url}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String((server.address() as AddressInfo).port));

  return {
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
