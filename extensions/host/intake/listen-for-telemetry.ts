import type { Log } from '../../../foundation/log.ts';
import { telemetryBuffering } from '../../../lambda-api/limits.ts';
import type { TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';
import type { EventSource } from '../event-sources/event-source.ts';
import type { TelemetryPlan } from '../plan.ts';
import type { telemetryService } from '../services/telemetry.ts';
import { deliveryPath, randomPath } from './delivery-path.ts';
import { receiveDeliveries } from './receive-deliveries.ts';
import { addressWithoutName, SANDBOX, sandboxAddress } from './sandbox-address.ts';

export interface ListenOptions {
  /** Undefined where no extension wants any telemetry. */
  readonly plan: TelemetryPlan | undefined;
  /** `host:port` of Lambda's APIs. */
  readonly authority: string;
  readonly isManagedInstances: boolean;
  readonly telemetry: ReturnType<typeof telemetryService>;
  readonly onRecords: (records: readonly TelemetryRecord[]) => Promise<void>;
  readonly announceWork: (cpuMs: number) => void;
  readonly log: Log;
}

/** Receives telemetry at a port of its own, for which it also subscribes: where no supervisor takes the deliveries. */
export async function listenForTelemetry(options: ListenOptions) {
  const { plan, isManagedInstances, telemetry, onRecords, announceWork, log } = options;
  if (plan === undefined) return { subscribe: async () => undefined };

  const path = randomPath();
  const server = await receiveDeliveries({
    on: { port: plan.port, host: await addressFor(options) },
    isOurPath: deliveryPath(path, { mayBeDropped: isManagedInstances }),
    onRecords,
    onHolding: telemetry.acknowledged,
    announceWork,
    log,
  });
  return {
    /** To be called once the extension is registered. */
    async subscribe(source: EventSource): Promise<void> {
      if (server === undefined) return;
      const outcome = await subscribe(source, plan, `http://${SANDBOX}:${server.port}${path}`, log);
      if (outcome === 'subscribed') telemetry.subscribed();
      if (outcome === 'not-here') await server.close();
    },
  };
}

/** Where to listen. Any other environment than an emulator gets all addresses: real Lambda must not lose its telemetry. */
async function addressFor({ authority, log }: ListenOptions): Promise<string> {
  const named = await sandboxAddress();
  if (named !== undefined) return named;
  const address = addressWithoutName(authority);
  if (address === '0.0.0.0') log.info(`${SANDBOX} has no address here, so telemetry is received on all addresses.`);
  return address;
}

/** Asks for deliveries to this address. The function works in any case. */
async function subscribe(
  source: EventSource,
  { types, delayMs }: TelemetryPlan,
  uri: string,
  log: Log,
): Promise<'subscribed' | 'not-here' | 'failed'> {
  const { status, body } = await source.subscribe({
    schemaVersion: '2025-01-29',
    types,
    buffering: {
      maxItems: telemetryBuffering.maxItems.from,
      maxBytes: telemetryBuffering.maxBytes.from,
      timeoutMs: delayMs,
    },
    destination: { protocol: 'HTTP', URI: uri },
  });
  if (status === 200) return 'subscribed';
  if (status === 202 || status === 404) {
    log.info('This environment has no Telemetry API. Extensions get no telemetry.');
    return 'not-here';
  }
  log.error(
    `Extensions get no telemetry, because the telemetry subscription failed with status ${status}: ${body.slice(0, 300)}`,
  );
  return 'failed';
}
