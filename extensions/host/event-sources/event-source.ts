import type { ExtensionEvent, ExtensionEventType } from '../../../lambda-api/extensions-api.ts';
import type { TelemetrySubscription } from '../../../lambda-api/telemetry-api.ts';

/** Where events come from: Lambda's Extensions API, or a supervisor in front of the host. */
export interface EventSource {
  /** Makes the extension known under `name`. Rejects when Lambda refuses. */
  register(name: string, events: readonly ExtensionEventType[]): Promise<void>;
  /** Asks for telemetry; the answer is for the caller to judge. */
  subscribe(subscription: TelemetrySubscription): Promise<{ status: number; body: string }>;
  /** Ends after SHUTDOWN. The environment may be frozen once `done` of every event was called. */
  events(): AsyncIterable<{ event: ExtensionEvent; done(): void }>;
}
