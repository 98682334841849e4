import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { extensionsApi, extensionsApiHeaders } from '../../../lambda-api/extensions-api.ts';
import { type TelemetrySubscription, telemetryApi } from '../../../lambda-api/telemetry-api.ts';

export interface ScriptedWorld {
  readonly authority: string;
  /** Where the host wants its telemetry. */
  readonly deliveryPath: Promise<string>;
  /** Resolves when the host got the only invocation. */
  readonly isInvoked: Promise<void>;
  /** Resolves when the host has dealt with it and asks for the next event. */
  readonly isIdle: Promise<void>;
}

/** A server in place of Lambda, which has one invocation, of AWS, and of the destination of telemetry. */
export async function startScriptedWorld(): Promise<ScriptedWorld> {
  const { promise: isInvoked, resolve: onInvoked } = Promise.withResolvers<void>();
  const { promise: isIdle, resolve: onIdle } = Promise.withResolvers<void>();
  const { promise: deliveryPath, resolve: onSubscribed } = Promise.withResolvers<string>();
  const port = await listen(createServer(answers(onSubscribed, onInvoked, onIdle)));
  return { authority: `127.0.0.1:${port}`, deliveryPath, isInvoked, isIdle };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(
  onSubscribed: (deliveryPath: string) => void,
  onInvoked: () => void,
  onIdle: () => void,
): RequestListener {
  let isInvoked = false;
  return (asked, response) => {
    if (asked.url === telemetryApi.subscribe) {
      void text(asked).then((body) => onSubscribed(pathOf(JSON.parse(body))));
      return void response.end('"OK"');
    }
    asked.resume();
    switch (asked.url?.split('?')[0]) {
      case extensionsApi.register:
        response.writeHead(200, { [extensionsApiHeaders.identifier]: 'a' }).end('{}');
        return;
      case extensionsApi.next:
        if (isInvoked) return onIdle();
        isInvoked = true;
        response.end(JSON.stringify(INVOKE));
        return onInvoked();
      case '/configurationsessions':
        response.writeHead(201, { 'content-type': 'application/json' }).end('{"InitialConfigurationToken":"a"}');
        return;
      case '/configuration':
        response.writeHead(200, CONFIGURATION_HEADERS).end('{}');
        return;
      case '/v1/logs':
      case '/v1/metrics':
      case '/v1/traces':
        response.end();
        return;
      default:
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(VALUE));
    }
  };
}

function pathOf({ destination }: TelemetrySubscription): string {
  return destination.protocol === 'HTTP' ? new URL(destination.URI).pathname : '/';
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const REQUEST_ID = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';
const CONFIGURATION_HEADERS = {
  'content-type': 'application/json',
  'next-poll-configuration-token': 'b',
  'next-poll-interval-in-seconds': '60',
};
const SECRET = {
  Name: 'a',
  ARN: 'a',
  CreatedDate: 1.5,
  SecretString: 'a',
  VersionId: 'a',
  VersionStages: ['AWSCURRENT'],
};
const PARAMETER = {
  Name: 'a',
  Type: 'String',
  Value: 'a',
  Version: 1,
  LastModifiedDate: 1.5,
  ARN: 'a',
  DataType: 'text',
};
/** The answer to any operation. */
const VALUE = { ...SECRET, SecretValues: [SECRET], Errors: [], Parameter: PARAMETER, Parameters: [PARAMETER] };
const INVOKE = { eventType: 'INVOKE', requestId: REQUEST_ID, deadlineMs: Date.now() + 60_000, invokedFunctionArn: 'a' };
/** What Lambda delivers of that invocation. */
export const deliveredRecords = [
  { type: 'platform.start', record: { requestId: REQUEST_ID, version: '1' } },
  { type: 'function', record: `2026-01-02T03:04:05.678Z\t${REQUEST_ID}\tINFO\ta line\n` },
  { type: 'function', record: { timestamp: '2026-01-02T03:04:05.678Z', level: 'INFO', message: 'a line' } },
  { type: 'platform.runtimeDone', record: { requestId: REQUEST_ID, status: 'success', metrics: { durationMs: 1.5 } } },
].map((record) => ({ time: '2026-01-02T03:04:05.678Z', ...record }));
