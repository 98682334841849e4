import type { SleepClock } from '../../foundation/clock.ts';
import type { PlatformRecord, TelemetryRecord, TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { Subscription } from '../environment/subscription.ts';
import { isOfLogsApi, toLogsApi } from './logs-api-records.ts';
import { createSubscriber, type DeliveryFault, type Subscriber } from './subscriber.ts';

export interface Publisher {
  /** A new environment begins without subscribers. Records are kept for those who subscribe during init. */
  begin(): void;
  publish(record: PlatformRecord | LogRecord): TelemetryRecord;
  subscribe(extension: string, subscription: Subscription): void;
  /** Nobody can subscribe any more, so no record is kept for replay. */
  closeSubscription(): void;
  /** Frozen: nothing is sent, and timers of buffers stand still. */
  pause(): void;
  resume(): void;
  /** Sends what is buffered, without waiting for more. */
  flush(): void;
  end(): void;
}

export interface LogRecord {
  readonly type: 'function' | 'extension';
  readonly record: string;
}

export interface PublisherOptions {
  readonly clock: SleepClock;
  readonly logFormat: 'Text' | 'JSON';
  readonly fault: DeliveryFault;
  onRecord(record: TelemetryRecord): void;
  onHint?(text: string): void;
}

/** How many records from before a subscription are kept; an init that logs more loses its oldest lines. */
const MOST_REPLAYED = 10_000;

export function createPublisher({ clock, logFormat, fault, onRecord, onHint = () => {} }: PublisherOptions): Publisher {
  let subscribers: Subscriber[] = [];
  let replay: TelemetryRecord[] | undefined;

  const send = (subscriber: Subscriber, record: TelemetryRecord) => {
    const { types, schemaVersion } = subscriber;
    if (!types.includes(typeOf(record))) return;
    if (isOfLogsApi(schemaVersion)) for (const one of toLogsApi(schemaVersion, record)) subscriber.add(one);
    else subscriber.add(shapeFor(schemaVersion, record, logFormat));
  };

  const publish = (entry: PlatformRecord | LogRecord): TelemetryRecord => {
    const record: TelemetryRecord = { time: new Date(clock.wallMs()).toISOString(), ...entry };
    onRecord(record);
    if (replay && replay.push(record) > MOST_REPLAYED) replay.shift();
    for (const subscriber of subscribers) send(subscriber, record);
    return record;
  };

  return {
    begin() {
      subscribers = [];
      replay = [];
    },
    publish,
    subscribe(extension, subscription) {
      subscribers = subscribers.filter((subscriber) => {
        if (subscriber.extension === extension) subscriber.end();
        return subscriber.extension !== extension;
      });
      const subscriber = createSubscriber(extension, subscription, {
        clock,
        fault,
        onDropped: (record) => publish(record),
        onUnreachable: () => onHint(hintAtUnreachable(extension, subscription)),
      });
      subscribers.push(subscriber);
      for (const record of replay ?? []) send(subscriber, record);
    },
    closeSubscription() {
      replay = undefined;
    },
    pause: () => subscribers.forEach((subscriber) => void subscriber.pause()),
    resume: () => subscribers.forEach((subscriber) => void subscriber.resume()),
    flush: () => subscribers.forEach((subscriber) => void subscriber.flush()),
    end() {
      for (const subscriber of subscribers) subscriber.end();
      subscribers = [];
      replay = undefined;
    },
  };
}

function hintAtUnreachable(extension: string, { destination }: Subscription): string {
  const at = destination.protocol === 'TCP' ? `TCP port ${destination.port}` : destination.URI;
  return `Nobody takes the telemetry of "${extension}" at ${at}. Listen there before the subscription, on 0.0.0.0 or sandbox.localdomain.`;
}

function typeOf({ type }: TelemetryRecord): TelemetryType {
  return type === 'function' || type === 'extension' ? type : 'platform';
}

/** Log lines in JSON format are objects, except for subscribers with the first version of the schema. */
function shapeFor(
  schemaVersion: Subscription['schemaVersion'],
  record: TelemetryRecord,
  logFormat: 'Text' | 'JSON',
): TelemetryRecord {
  if (logFormat === 'Text' || schemaVersion === '2022-07-01' || typeof record.record !== 'string') return record;
  if (!record.record.startsWith('{')) return record;
  try {
    return { ...record, record: JSON.parse(record.record) };
  } catch {
    return record; // The line starts like JSON but does not parse; it stays text.
  }
}
