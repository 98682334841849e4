import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { extensionsApi, extensionsApiHeaders } from '../../../lambda-api/extensions-api.ts';
import { type TelemetrySubscription, telemetryApi } from '../../../lambda-api/telemetry-api.ts';

export interface ScriptedWorld {
  readonly authority: string;
  /** Where the host wants its telemetry. */
  readonly deliveryPath: Promise<string>;
  /** Resolves when the host asks for an event: it has dealt with what it got before. */
  isIdle(): Promise<unknown>;
  /** Gives the host an invocation, once it is idle. */
  invoke(requestId: string): Promise<void>;
}

/** A server in place of Lambda, of AWS, and of the destination of telemetry. */
export async function startScriptedWorld(): Promise<ScriptedWorld> {
  let next = Promise.withResolvers<ServerResponse>();
  const { promise: deliveryPath, resolve: onSubscribed } = Promise.withResolvers<string>();
  const port = await listen(createServer(answers(onSubscribed, (response) => next.resolve(response))));
  return {
    authority: `127.0.0.1:${port}`,
    deliveryPath,
    isIdle: () => next.promise,
    async invoke(requestId) {
      const response = await next.promise;
      next = Promise.withResolvers();
      response.end(JSON.stringify({ ...INVOKE, requestId }));
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(
  onSubscribed: (deliveryPath: string) => void,
  onNext: (response: ServerResponse) => void,
): RequestListener {
  return (asked, response) => {
    if (asked.url === telemetryApi.subscribe) {
      void text(asked).then((body) => onSubscribed(pathOf(JSON.parse(body))));
      return void response.end('"OK"');
    }
    if (asked.url === '/configurationsessions') {
      response.writeHead(201, { 'content-type': 'application/json' });
      return void text(asked).then((body) =>
        response.end(JSON.stringify({ InitialConfigurationToken: profileOf(body) })),
      );
    }
    asked.resume();
    switch (asked.url?.split('?')[0]) {
      case extensionsApi.register:
        response.writeHead(200, { [extensionsApiHeaders.identifier]: 'a' }).end('{}');
        return;
      case extensionsApi.next:
        return onNext(response);
      case '/configuration': {
        const isFlags = asked.url?.endsWith(`=${FLAGS_PROFILE}`);
        const type = isFlags ? 'application/ion; type=AWS.AppConfig.FeatureFlags' : 'application/json';
        response.writeHead(200, { ...CONFIGURATION_HEADERS, 'content-type': type }).end(isFlags ? FLAGS : '{}');
        return;
      }
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

function profileOf(body: string): string {
  return JSON.parse(body).ConfigurationProfileIdentifier;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const PHASE = { initializationType: 'on-demand', phase: 'init' };
const INIT = [
  { type: 'platform.initStart', record: { ...PHASE, runtimeVersion: 'a', functionName: 'a', functionVersion: '1' } },
  { type: 'platform.initRuntimeDone', record: { ...PHASE, status: 'success' } },
  { type: 'platform.initReport', record: { ...PHASE, metrics: { durationMs: 1.5 } } },
];
/** The profile whose configuration has flags with rules. */
export const FLAGS_PROFILE = 'flags';
/**
 * With a pattern for `re2js`. One for V8's linear engine would need a flag of V8, and code that was kept under that flag is refused
 * without it.
 */
const FLAGS = String.raw`
'f'::[
  [ (and (contains $id "a") (matches in::$id pattern::"^(?i)[a-z]+\\d{1,20}@")), '''{"enabled":true,"n":1.5}''' ],
  [ (split by::$id pct::50), '''{"enabled":true}''' ],
  '''{"enabled":false}''',
]
'g'::'''{"enabled":true}'''`;
const CONFIGURATION_HEADERS = {
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
/** An event, without its id. */
export const INVOKE = { eventType: 'INVOKE', deadlineMs: Date.now() + 60_000, invokedFunctionArn: 'a' };

/** The life of an environment, with what Lambda delivers during each invocation: the report of the one before it, too. */
export const invocations: readonly { requestId: string; records: readonly object[] }[] = [
  '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa',
  '0c4a1c0e-2a9f-4c39-9a3c-0d1f2b7f4a55',
  'f3b5c9d2-8f41-4f0e-b6a7-5f2f3f0a1b21',
].map((requestId, index, all) => ({
  requestId,
  records: [...(index === 0 ? INIT : [reportOf(all[index - 1] ?? '')]), ...recordsOf(requestId)].map((record) => ({
    time: '2026-01-02T03:04:05.678Z',
    ...record,
  })),
}));

function recordsOf(requestId: string) {
  return [
    { type: 'platform.start', record: { requestId, version: '1' } },
    { type: 'function', record: `2026-01-02T03:04:05.678Z\t${requestId}\tINFO\ta line\n` },
    { type: 'function', record: { timestamp: '2026-01-02T03:04:05.678Z', level: 'INFO', message: 'a line' } },
    { type: 'platform.runtimeDone', record: { requestId, status: 'success', metrics: { durationMs: 1.5 } } },
  ];
}

function reportOf(requestId: string) {
  const metrics = { durationMs: 1.5, billedDurationMs: 2, memorySizeMB: 128, maxMemoryUsedMB: 80 };
  return { type: 'platform.report', record: { requestId, status: 'success', metrics } };
}
