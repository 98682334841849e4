import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';
import { type Answer, SLEEPS, type Stage, type StageOptions, setStage } from './stage.ts';

interface Post {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly records: TelemetryRecord[];
}

/** Takes telemetry, and answers with the next status of the list, or 200. */
export async function startListener(statuses: number[] = []) {
  const posts: Post[] = [];
  const arrivals = new EventTarget();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const status = statuses.shift() ?? 200;
    response.writeHead(status).end();
    if (status !== 200) return;
    const records = JSON.parse(Buffer.concat(chunks).toString());
    posts.push({ path: request.url ?? '', headers: request.headers, records });
    arrivals.dispatchEvent(new Event('post'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    posts,
    records: () => posts.flatMap(({ records }) => records),
    /** Resolves with the first record of the type, once it has arrived. */
    async receives(
      type: string,
      isWanted: (record: TelemetryRecord) => boolean = () => true,
    ): Promise<TelemetryRecord> {
      for (;;) {
        const found = posts.flatMap(({ records }) => records).find((one) => one.type === type && isWanted(one));
        if (found) return found;
        await once(arrivals, 'post');
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function subscribe(stage: Stage, identifier: string, body: object | string): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return stage.call('PUT', '/2022-07-01/telemetry', { 'Lambda-Extension-Identifier': identifier }, text);
}

export const toPort = (port: number, more: object = {}) => ({
  schemaVersion: '2022-12-13',
  types: ['platform', 'function', 'extension'],
  destination: { protocol: 'HTTP', URI: `http://sandbox.localdomain:${port}/telemetry?a=1` },
  buffering: { timeoutMs: 25 },
  ...more,
});

/** One extension that subscribed, and everything waiting for work. */
export async function subscribedStage(
  port: number,
  { more = {}, events = ['INVOKE'], ...options }: StageOptions & { more?: object; events?: string[] } = {},
) {
  const stage = await setStage({ extensions: { mine: SLEEPS }, freeze: false, ...options });
  const init = stage.emulator.init();
  const identifier = await stage.register('mine', events);
  const answer = await subscribe(stage, identifier, toPort(port, more));
  const event = stage.extensionNext(identifier);
  const work = options.handler ? undefined : stage.runtimeNext();
  await init;
  return { stage, identifier, answer, event, work, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

export const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
