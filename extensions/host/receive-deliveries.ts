import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LoopbackServer, serveLoopback } from '../../foundation/http-server.ts';
import type { Log } from '../../foundation/log.ts';
import { orAborted } from '../../foundation/or-aborted.ts';
import { bodyReader } from '../../foundation/read-body.ts';
import type { TelemetryRecord } from '../../lambda-api/telemetry-api.ts';
import type { deliveriesSeen } from './deliveries-seen.ts';
import type { Fds } from './services/inherited-sockets.ts';

export interface ReceiveOptions {
  on: { port: number } | { fds: Fds };
  onRecords: (records: readonly TelemetryRecord[]) => Promise<void>;
  /** Called with the number of records that are acknowledged and not dealt with yet. */
  onHolding: (records: number) => void;
  log: Log;
}

/** Receives what Lambda posts. Without its port there is no telemetry, which is logged, and the function keeps working. */
export async function receiveDeliveries(options: ReceiveOptions): Promise<LoopbackServer | undefined> {
  const { on, log } = options;
  const take = taker(options);
  // Most hosts receive none, and need not load it.
  const { deliveriesSeen } = await import('./deliveries-seen.ts');
  const isSeen = deliveriesSeen();
  const readBody = bodyReader({ bodyBytes: LONGEST_BODY_BYTES, inFlightBytes: LONGEST_BODY_BYTES });
  try {
    return await serveLoopback({
      on: 'fds' in on ? on : { ...on, host: await addressOfSandbox() },
      handle: (request, response) => void receive(request, response, readBody, isSeen, take, log),
      onRefused: (reason) => log.warn(`a telemetry delivery was refused: ${reason}`),
    });
  } catch (error) {
    log.error(`no telemetry, because its port could not be opened: ${String(error)}`);
    return undefined;
  }
}

/** Lambda has the name in /etc/hosts. Elsewhere a name server may take ten seconds to answer that there is no such name. */
async function addressOfSandbox(): Promise<string> {
  try {
    const { lookup } = await import('node:dns/promises');
    return (await orAborted(lookup(SANDBOX), AbortSignal.timeout(LONGEST_LOOKUP_MS))).address;
  } catch {
    return '127.0.0.1';
  }
}

/** Counts records from the moment they are acknowledged. */
function taker({ onRecords, onHolding }: ReceiveOptions): (records: readonly TelemetryRecord[]) => void {
  let held = 0;
  const hold = (records: number) => {
    held += records;
    onHolding(held);
  };
  return (records) => {
    hold(records.length);
    void onRecords(records).finally(() => hold(-records.length));
  };
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  readBody: ReturnType<typeof bodyReader>,
  isSeen: ReturnType<typeof deliveriesSeen>,
  take: (records: readonly TelemetryRecord[]) => void,
  log: Log,
): Promise<void> {
  try {
    await readBody(request, (body) => {
      // Lambda repeats the delivery later.
      if (!Buffer.isBuffer(body) && body.problem === 'too-many')
        return void response.writeHead(503, { 'retry-after': '1' }).end();
      // Before anything else: Lambda would repeat a delivery whose consumer is slow.
      response.writeHead(200).end();
      if (!Buffer.isBuffer(body)) return log.warn(`a telemetry delivery could not be read: it has ${body.bytes} bytes`);
      if (isSeen(body, sequenceIdOf(request))) return;
      const records: unknown = JSON.parse(body.toString());
      take((Array.isArray(records) ? records : [records]) as TelemetryRecord[]);
    });
  } catch (error) {
    // The server has said that it cut the request off.
    if (request.socket.writableEnded && !response.headersSent) return;
    log.warn(`a telemetry delivery could not be read: ${error instanceof Error ? error.name : typeof error}`);
    response.destroy();
  }
}

function sequenceIdOf({ headers }: IncomingMessage): string | undefined {
  const id = headers['sequence-id'];
  return typeof id === 'string' ? id : undefined;
}

export const SANDBOX = 'sandbox.localdomain';
const LONGEST_LOOKUP_MS = 500;
/** A delivery of Lambda has twice `maxBytes` at the most, and what JSON adds. */
const LONGEST_BODY_BYTES = 16 * 1024 * 1024;
