import type { Log } from '../../foundation/log.ts';
import type { TelemetryRecord } from '../../lambda-api/telemetry-api.ts';
import type { EventSource } from './event-sources/event-source.ts';
import type { TelemetryPlan } from './plan.ts';
import { receiveDeliveries, SANDBOX } from './receive-deliveries.ts';
import type { InheritedSockets } from './services/inherited-sockets.ts';
import type { telemetryService } from './services/telemetry.ts';

export interface ListenOptions {
  /** Undefined where no extension wants any telemetry. */
  readonly plan: TelemetryPlan | undefined;
  readonly inherited: InheritedSockets;
  readonly telemetry: ReturnType<typeof telemetryService>;
  readonly onRecords: (records: readonly TelemetryRecord[]) => Promise<void>;
  readonly log: Log;
}

/** Receives telemetry at the socket that the supervisor opened, else at one of its own, for which it also subscribes. */
export async function listenForTelemetry({ plan, inherited, telemetry, onRecords, log }: ListenOptions) {
  if (plan === undefined) return { subscribe: async () => undefined };

  const fds = inherited.take(TELEMETRY);
  const server = await receiveDeliveries({
    on: fds === undefined ? { port: plan.port } : { fds },
    onRecords,
    onHolding: telemetry.acknowledged,
    log,
  });
  return {
    /** To be called once the extension is registered. */
    async subscribe(source: EventSource): Promise<void> {
      if (server === undefined || fds !== undefined) return;
      if (await subscribe(source, plan, server.port, log)) telemetry.subscribed();
    },
  };
}

/** Asks for deliveries to the port, and returns whether there will be any. The function works in any case. */
async function subscribe(
  source: EventSource,
  { types, delayMs }: TelemetryPlan,
  port: number,
  log: Log,
): Promise<boolean> {
  const { status, body } = await source.subscribe({
    schemaVersion: '2025-01-29',
    types,
    buffering: { maxItems: 1_000, maxBytes: 262_144, timeoutMs: delayMs },
    destination: { protocol: 'HTTP', URI: `http://${SANDBOX}:${port}` },
  });
  if (status === 200) return true;
  if (status === 202 || status === 404) log.info('there is no Telemetry API here: extensions that use it get nothing');
  else log.error(`the telemetry subscription was answered ${status}, so there is no telemetry: ${body.slice(0, 300)}`);
  return false;
}

/** The name of the supervisor's socket. */
const TELEMETRY = 'telemetry';
