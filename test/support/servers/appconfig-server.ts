import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface AppConfigCall {
  readonly operation: 'StartConfigurationSession' | 'GetLatestConfiguration' | 'AssumeRole';
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

export interface Deployed {
  readonly content: string | Buffer;
  readonly contentType?: string;
  readonly version?: string;
}

export interface AppConfigServerOptions {
  port?: number;
  /** `Next-Poll-Interval-In-Seconds`. */
  intervalSeconds?: number;
  /** Answers in place of the server, which answers itself if this returns false. */
  fault?: (call: AppConfigCall, response: ServerResponse) => boolean;
}

export interface AppConfigServer extends AsyncDisposable {
  readonly url: string;
  /** Every call so far, in order. */
  readonly calls: AppConfigCall[];
  /** How often configurations were polled, without the starts of sessions. */
  polls(): number;
  /** Deploys to `App:Env:Config`. */
  deploy(key: string, deployed: Deployed): void;
  /** Makes all tokens so far invalid. */
  forgetTokens(): void;
  closeConnections(): void;
}

/** AppConfig's data plane as AWS documents it: a token works once, and an unchanged configuration comes without content. */
export async function startAppConfigServer(
  initial: Record<string, Deployed> = {},
  { port = 0, intervalSeconds = 1, fault = () => false }: AppConfigServerOptions = {},
): Promise<AppConfigServer> {
  const deployed = new Map(Object.entries(initial));
  const sessions = new Map<string, { key: string; seen: Deployed | undefined }>();
  const calls: AppConfigCall[] = [];

  function start(input: Record<string, unknown>, response: ServerResponse) {
    const key = [input.ApplicationIdentifier, input.EnvironmentIdentifier, input.ConfigurationProfileIdentifier].join(
      ':',
    );
    if (!deployed.has(key)) {
      const body = { Message: `no deployment of ${key}`, ResourceType: 'Deployment' };
      return answer(response, 404, body, 'ResourceNotFoundException');
    }
    answer(response, 201, { InitialConfigurationToken: tokenFor({ key, seen: undefined }) });
  }

  function latest(token: string, response: ServerResponse) {
    const session = sessions.get(token);
    if (session === undefined) return answer(response, 400, badToken, 'BadRequestException');
    sessions.delete(token);
    const now = deployed.get(session.key);
    const { content, contentType = 'application/json', version } = now ?? { content: '' };
    response.writeHead(200, {
      'content-type': contentType,
      'next-poll-configuration-token': tokenFor({ key: session.key, seen: now }),
      'next-poll-interval-in-seconds': String(intervalSeconds),
      ...(version === undefined ? {} : { 'version-label': version }),
    });
    response.end(now === session.seen ? '' : content);
  }

  function tokenFor(session: { key: string; seen: Deployed | undefined }): string {
    const token = randomUUID();
    sessions.set(token, session);
    return token;
  }

  const server = createServer(async (request, response) => {
    const call = await readCall(request);
    calls.push(call);
    if (fault(call, response)) return;
    if (call.operation === 'StartConfigurationSession') start(call.input, response);
    else if (call.operation === 'GetLatestConfiguration') latest(String(call.input.token), response);
    else response.end(ROLE);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    polls: () => calls.filter(({ operation }) => operation === 'GetLatestConfiguration').length,
    deploy: (key, one) => void deployed.set(key, one),
    forgetTokens: () => sessions.clear(),
    closeConnections: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readCall(request: IncomingMessage): Promise<AppConfigCall> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const { headers } = request;
  const body = await text(request);
  if (pathname === '/configurationsessions') {
    return { operation: 'StartConfigurationSession', input: JSON.parse(body), headers };
  }
  if (pathname === '/configuration') {
    return { operation: 'GetLatestConfiguration', input: { token: searchParams.get('configuration_token') }, headers };
  }
  return { operation: 'AssumeRole', input: Object.fromEntries(new URLSearchParams(body)), headers };
}

function answer(response: ServerResponse, status: number, body: object, errorType?: string): void {
  const type = errorType === undefined ? {} : { 'x-amzn-errortype': errorType };
  response.writeHead(status, { 'content-type': 'application/json', ...type }).end(JSON.stringify(body));
}

const badToken = {
  Message: 'The configuration token is not valid',
  Reason: 'InvalidParameters',
  Details: { InvalidParameters: { ConfigurationToken: { Problem: 'Corrupted' } } },
};
const ROLE =
  '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>OFTHEROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>';
