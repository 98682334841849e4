import type { ExtensionEvent, ExtensionEventType } from '../../../lambda-api/extensions-api.ts';
import type { TelemetrySubscription } from '../../../lambda-api/telemetry-api.ts';
import type { IntakeLine } from '../intake/control-lines.ts';

/** Where events come from: Lambda's Extensions API, or the supervisor in front of the host. */
export interface EventSource {
  /** Makes the extension known under `name`. Rejects when Lambda refuses. */
  register(name: string, events: readonly ExtensionEventType[]): Promise<void>;
  /** Asks for telemetry. The caller judges the answer. */
  subscribe(subscription: TelemetrySubscription): Promise<{ status: number; body: string }>;
  /** Every socket is served. `invokeBoundMs` is how long invocations may be held; undefined: no extension wants INVOKE events. */
  ready(invokeBoundMs: number | undefined): void;
  /** How many telemetry records would be lost if the process ended now, and how many of them are being sent. */
  holds(records: number, sending: number): void;
  /** Work begins that may take this much CPU time, without a turn of the event loop. */
  busy(cpuMs: number): void;
  /** Undefined where there is no supervisor. */
  readonly supervisor?: SupervisorLines;
  /** Ends after SHUTDOWN. The environment may be frozen once `done` of every event was called. */
  events(): AsyncIterable<{ event: ExtensionEvent; done(): void }>;
}

/** What host and supervisor tell each other beside events. */
export interface SupervisorLines {
  /** Sends all of the lines, or none. */
  say(...lines: readonly string[]): void;
  /** The same, after what runs now and what follows from it, in one piece with other lines. */
  saySoon(...lines: readonly string[]): void;
  /** Gets each line, those that have already come included. Texts to redact are not among them. */
  listen(onLine: (line: IntakeLine) => void): void;
}
