import type { IncomingMessage } from 'node:http';
import { type LoopbackServer, type RequestHandler, serveLoopback } from '../../../foundation/http-server.ts';
import type { Log } from '../../../foundation/log.ts';
import { onceAMinute } from '../../../foundation/once-a-minute.ts';
import { bodyReader } from '../../../foundation/read-body.ts';
import { isTurnOver, nextTurn } from '../../../foundation/turns.ts';
import type { TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';
import type { deliveriesSeen } from './deliveries-seen.ts';
import { nameOf, parseDelivery } from './parse-delivery.ts';
import { SANDBOX } from './sandbox-address.ts';

export interface ReceiveOptions {
  on: { port: number; host: string };
  /** Whether Lambda delivers to this path. */
  isOurPath: (url: string | undefined) => boolean;
  onRecords: (records: readonly TelemetryRecord[]) => Promise<void>;
  /** Called with the number of records that are acknowledged and not dealt with yet, before more are acknowledged. */
  onHolding: (records: number) => void;
  /** Called before work that may take this much CPU time and cannot be split. */
  announceWork: (cpuMs: number) => void;
  log: Log;
}

/** Receives what Lambda posts. Without its port there is no telemetry, which is logged, and the function keeps working. */
export async function receiveDeliveries(options: ReceiveOptions): Promise<LoopbackServer | undefined> {
  const { on, log } = options;
  const warn = onceAMinute(log.warn);
  // Most hosts receive none, and need not load it.
  const { deliveriesSeen } = await import('./deliveries-seen.ts');
  try {
    return await serveOnPortOrAny(on, {
      names: [SANDBOX, 'sandbox'],
      handle: receiver(options, deliveriesSeen(), warn),
      onRefused: (reason) => warn(`Refused a telemetry delivery: ${reason}.`),
    });
  } catch (error) {
    log.error(`Extensions get no telemetry, because its port cannot be opened: ${String(error)}`);
    return undefined;
  }
}

/** In the separate layout several of our processes want telemetry. Lambda is told the port, so any will do. */
async function serveOnPortOrAny(
  on: ReceiveOptions['on'],
  options: Omit<Parameters<typeof serveLoopback>[0], 'on'>,
): Promise<LoopbackServer> {
  try {
    return await serveLoopback({ ...options, on });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return serveLoopback({ ...options, on: { ...on, port: 0 } });
  }
}

function receiver(
  options: ReceiveOptions,
  isSeen: ReturnType<typeof deliveriesSeen>,
  warn: (line: string) => void,
): RequestHandler {
  const { isOurPath, onRecords, announceWork } = options;
  const readBody = bodyReader({ bodyBytes: LONGEST_BODY_BYTES, inFlightBytes: LONGEST_BODY_BYTES });
  const hold = holder(options);

  return async (request, response) => {
    if (request.method !== 'POST' || !isOurPath(request.url)) {
      warn('Refused a telemetry delivery, because it is not from Lambda.');
      return void response.writeHead(404).end();
    }
    try {
      await readBody(request, async (body) => {
        if (isTurnOver()) await nextTurn();
        // Lambda repeats the delivery later.
        if (!Buffer.isBuffer(body) && body.problem === 'too-many')
          return void response.writeHead(503, { 'retry-after': '1' }).end();
        const records = !Buffer.isBuffer(body)
          ? `it has ${body.bytes} bytes`
          : isSeen(body, sequenceIdOf(request))
            ? []
            : parseDelivery(body, announceWork);
        if (typeof records === 'string') warn(`Dropped a telemetry delivery that cannot be read: ${records}.`);
        const some = typeof records === 'string' ? [] : records;
        // First told, then acknowledged: if this process is killed in between, Lambda repeats the delivery.
        const release = hold(some.length);
        // Before the work: Lambda would repeat a delivery whose consumer is slow.
        response.writeHead(200).end();
        if (some.length > 0) void onRecords(some).finally(release);
      });
    } catch (error) {
      // The caller broke off, or the server has cut it off and said so.
      if (!request.socket.writableEnded) warn(`Dropped a telemetry delivery that cannot be read: ${nameOf(error)}.`);
      response.destroy();
    }
  };
}

/** Counts records until they are released. */
function holder({ onHolding }: Pick<ReceiveOptions, 'onHolding'>): (records: number) => () => void {
  let held = 0;
  const add = (records: number) => {
    held += records;
    if (records !== 0) onHolding(held);
  };
  return (records) => {
    add(records);
    return () => add(-records);
  };
}

function sequenceIdOf({ headers }: IncomingMessage): string | undefined {
  const id = headers['sequence-id'];
  return typeof id === 'string' ? id : undefined;
}

/** A delivery of Lambda has twice `maxBytes` at the most, and what JSON adds. */
const LONGEST_BODY_BYTES = 16 * 1024 * 1024;
