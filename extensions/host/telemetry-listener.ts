import { lookup } from 'node:dns/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LoopbackServer, serveLoopback } from '../../foundation/http-server.ts';
import type { Log } from '../../foundation/log.ts';
import type { TelemetryRecord, TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { EventSource } from './event-sources/event-source.ts';

export interface TelemetryListenerOptions {
  port: number;
  onRecords: (records: readonly TelemetryRecord[]) => void;
  log: Log;
}

/** Receives what Lambda posts. Without its port there is no telemetry, which is said, and the function keeps working. */
export async function openTelemetryListener(options: TelemetryListenerOptions): Promise<LoopbackServer | undefined> {
  const { port, log } = options;
  try {
    return await serveLoopback({
      on: { port, host: await addressOfSandbox() },
      handle: (request, response) => void receive(request, response, options),
      onRefused: (reason) => log.warn(`a telemetry delivery was refused: ${reason}`),
    });
  } catch (error) {
    log.error(`no telemetry, because its port could not be opened: ${String(error)}`);
    return undefined;
  }
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

async function addressOfSandbox(): Promise<string> {
  try {
    return (await lookup(SANDBOX)).address;
  } catch {
    return '127.0.0.1';
  }
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  { onRecords, log }: TelemetryListenerOptions,
): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    // First of all: Lambda would repeat a delivery whose consumer is slow.
    response.writeHead(200).end();
    onRecords(JSON.parse(Buffer.concat(chunks).toString()) as TelemetryRecord[]);
  } catch (error) {
    log.warn(`a telemetry delivery could not be read: ${error instanceof Error ? error.name : typeof error}`);
    response.destroy();
  }
}

const SANDBOX = 'sandbox.localdomain';
