import { lookup } from 'node:dns/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LoopbackServer, serveLoopback } from '../../foundation/http-server.ts';
import type { Log } from '../../foundation/log.ts';
import type { TelemetryRecord, TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { EventSource } from './event-sources/event-source.ts';

/**
 * Receives what Lambda posts and passes it on, after it has been acknowledged: a slow consumer must not make Lambda
 * repeat a delivery.
 */
export async function openTelemetryListener({ port, on, log }: TelemetryListenerOptions): Promise<LoopbackServer> {
  const host = await lookup(SANDBOX).then(
    ({ address }) => address,
    () => '127.0.0.1',
  );
  return serveLoopback({
    on: { port, host },
    handle: (request, response) => void receive(request, response, on, log),
    onRefused: (reason) => log.warn(`a telemetry delivery was refused: ${reason}`),
  });
}

export interface TelemetryListenerOptions {
  port: number;
  on: (records: readonly TelemetryRecord[]) => void;
  log: Log;
}

/** Asks for deliveries to the listener. Whatever the answer, the function keeps working. */
export async function subscribeToTelemetry(
  source: EventSource,
  types: readonly TelemetryType[],
  port: number,
  log: Log,
): Promise<void> {
  const { status, body } = await source.subscribe({
    schemaVersion: '2025-01-29',
    types,
    buffering: { maxItems: 1_000, maxBytes: 262_144, timeoutMs: 1_000 },
    destination: { protocol: 'HTTP', URI: `http://${SANDBOX}:${port}` },
  });
  if (status === 200) return;
  if (status === 202 || status === 404) log.info('there is no Telemetry API here: extensions that use it get nothing');
  else log.error(`the telemetry subscription was answered ${status}, so there is no telemetry: ${body.slice(0, 300)}`);
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  on: (records: readonly TelemetryRecord[]) => void,
  log: Log,
): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.writeHead(200).end();
    on(JSON.parse(Buffer.concat(chunks).toString()) as TelemetryRecord[]);
  } catch (error) {
    log.warn(`a telemetry delivery could not be read: ${String(error)}`);
    response.destroy();
  }
}

const SANDBOX = 'sandbox.localdomain';
