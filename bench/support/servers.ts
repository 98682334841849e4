import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { answerJson, aSecret, startAwsServer } from '../../test/support/servers/aws-server.ts';
import { freePort } from '../../test/support/servers/free-port.ts';
import { type ExtensionProcess, startExtension } from './extension-process.ts';
import { type Running, start } from './process.ts';
import { extension, nodeHttp, rawTcp, sessionToken } from './subjects.ts';

export interface Server<Process extends Running = Running> extends AsyncDisposable {
  readonly port: number;
  readonly process: Process;
}

export interface ExtensionServer extends Server<ExtensionProcess> {
  /** Of the server that stands in for AWS. */
  readonly endpoint: string;
  /** What it answers, so that the floors can answer the same. */
  readonly body: string;
  /** How long the first read took; it goes to the server that stands in for AWS. */
  readonly firstReadMs: number;
}

/** The extension with an upstream that has every secret. One secret is in its cache. */
export async function startExtensionServer(options: ExtensionServerOptions = {}): Promise<ExtensionServer> {
  const { secretBytes, environment = {}, command = extension } = options;
  const port = await freePort();
  const value = secretBytes === undefined ? {} : { SecretString: 's'.repeat(secretBytes) };
  const upstream = await startAwsServer(({ input }, response) => {
    answerJson(response, 200, aSecret({ Name: input.SecretId, ...value }));
  });
  const process = await startExtension(command({ port, endpoint: upstream.url, environment }));
  const readAtMs = performance.now();
  const body = await readSecret(port);
  return {
    port,
    process,
    endpoint: upstream.url,
    body,
    firstReadMs: performance.now() - readAtMs,
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

interface ExtensionServerOptions {
  secretBytes?: number;
  environment?: Readonly<Record<string, string>>;
  /** Default: the extension as it is in the image. */
  command?: typeof extension;
}

/** A bare `node:http` server with the same answer. */
export async function startNodeHttp(body: string): Promise<Server<ExtensionProcess>> {
  const port = await freePort();
  const process = await startExtension(nodeHttp({ port, body }));
  return { port, process, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

/** A `node:net` server that answers the same bytes without looking at the request. */
export async function startRawTcp(body: string): Promise<Server> {
  const port = await freePort();
  const head = `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const process = start(rawTcp({ port, reply: head + body }));
  await untilListening(port);
  return { port, process, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

export async function readSecret(port: number, secretId = 'bench-0000'): Promise<string> {
  const headers = { 'x-aws-parameters-secrets-token': sessionToken };
  const response = await request(`http://127.0.0.1:${port}/secretsmanager/get?secretId=${secretId}`, { headers });
  const body = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`The extension answered ${response.statusCode}: ${body}`);
  return body;
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await accepts(port)) return;
    await sleep(10);
  }
  throw new Error(`Nothing listens on port ${port} after two seconds.`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('connect', () => socket.destroy()).once('error', () => resolve(false));
  });
}
