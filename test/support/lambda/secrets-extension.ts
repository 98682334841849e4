import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  type AwsAnswer,
  type AwsServerOptions,
  answerJson,
  aParameter,
  aSecret,
  startAwsServer,
} from '../servers/aws-server.ts';
import { freePort } from '../servers/free-port.ts';
import { startExtensionsApi } from './extensions-api.ts';
import { optFolder, SESSION_TOKEN, startHost } from './host-process.ts';

export const SECRET_PATH = '/secretsmanager/get?secretId=prod/db';
export const PARAMETER_PATH = '/systemsmanager/parameters/get?name=%2Fp%2Fdummy-string';
export const withToken = { 'X-Aws-Parameters-Secrets-Token': SESSION_TOKEN };

/** A mock of AWS in which every name exists. */
export const healthy: AwsAnswer = ({ operation }, response) =>
  answerJson(response, 200, operation === 'GetSecretValue' ? aSecret() : aParameter());

export interface SecretsOptions {
  answer?: AwsAnswer;
  aws?: AwsServerOptions;
  /** A function gets the extension's port. */
  environment?: Record<string, string> | ((port: number) => Record<string, string>);
  launcher?: string;
  through?: readonly string[];
}

/** The host as Lambda would start it, with a mock of AWS. It waits for its first event. */
export async function startSecrets(options: SecretsOptions = {}) {
  const aws = await startAwsServer(options.answer ?? healthy, options.aws);
  const api = await startExtensionsApi();
  const port = await freePort();
  const environment = {
    AWS_LAMBDA_RUNTIME_API: api.authority,
    AWS_ENDPOINT_URL: aws.url,
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(port),
    ...(typeof options.environment === 'function' ? options.environment(port) : options.environment),
  };
  const launcher = options.launcher ?? join(optFolder, 'extensions/lambda-node-extended');
  const host = await startHost(
    launcher,
    environment,
    options.through === undefined ? {} : { through: options.through },
  );
  await api.asksForEvent(1);

  let events = 1;
  return {
    aws,
    api,
    host,
    port,
    read: async (path: string, headers: Record<string, string> = withToken, method = 'GET') => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    /** Sends requests on connections that are already open, so that they arrive together even on a busy machine. */
    readTogether: async (paths: readonly string[]) => {
      const sockets = paths.map(() => connect(port, '127.0.0.1').setEncoding('utf8'));
      const ask = async (socket: Socket, path: string) => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Vault-Token: ${SESSION_TOKEN}\r\n\r\n`);
        const [answer] = await once(socket, 'data');
        return String(answer).split('\r\n\r\n')[1] ?? '';
      };
      await Promise.all(sockets.map((socket) => ask(socket, '/ping')));
      const bodies = await Promise.all(sockets.map((socket, index) => ask(socket, paths[index] ?? '')));
      for (const socket of sockets) socket.destroy();
      return bodies;
    },
    /** One invocation from its event to the extension's next wait. */
    invoke: async (timeoutMs = 10_000) => {
      api.send({ eventType: 'INVOKE', deadlineMs: Date.now() + timeoutMs, requestId: 'r', invokedFunctionArn: 'a' });
      await api.asksForEvent(++events);
    },
    shutDown: async () => {
      api.send({ eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs: Date.now() + 2_000 });
      return host.exit;
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await aws[Symbol.asyncDispose]();
    },
  };
}
