import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface AwsCall {
  /** e.g. `GetSecretValue`; empty for the form-encoded calls of STS */
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
}

export interface AwsServerOptions {
  port?: number;
  tls?: { key: string; cert: string };
}

export interface AwsServer extends AsyncDisposable {
  readonly url: string;
  /** Every call so far, in order. */
  readonly calls: AwsCall[];
  closeConnections(): void;
}

/** Writes the answer of one call: status, and AWS's JSON. */
export type AwsAnswer = (call: AwsCall, response: ServerResponse) => void;

/** A mock of AWS's JSON services. It records its calls and answers as the test says. */
export async function startAwsServer(answer: AwsAnswer, { port = 0, tls }: AwsServerOptions = {}): Promise<AwsServer> {
  const calls: AwsCall[] = [];
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const body = await bodyOf(request);
    const call = {
      operation,
      input: operation === '' ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body),
      headers: request.headers,
    };
    calls.push(call);
    answer(call, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http://127.0.0.1' : 'https://localhost'}:${address.port}`,
    calls,
    closeConnections: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'request-1' });
  response.end(JSON.stringify(body));
}

/** AWS's answer for a secret whose value is `SecretString`. */
export function aSecret(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-1QmcxB',
    CreatedDate: 1703775451.359,
    Name: 'prod/db',
    SecretString: '{"username":"root","password":"<&>"}',
    VersionId: 'c593fbd2-274e-421c-8ddc-083371280687',
    VersionStages: ['AWSCURRENT'],
    ...fields,
  };
}

export function aParameter(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Parameter: {
      ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/p/dummy-string',
      DataType: 'text',
      LastModifiedDate: 1668586942.362,
      Name: '/p/dummy-string',
      Type: 'String',
      Value: 'my-string-param-value',
      Version: 1,
      ...fields,
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
