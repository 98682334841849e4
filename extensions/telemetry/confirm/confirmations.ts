import type { HostServices } from '../../sdk/index.ts';
import type { Endpoint } from '../deliver/endpoint.ts';
import { stateLog } from './state-log.ts';

export interface ConfirmationsOptions {
  readonly telemetry: Pick<HostServices['telemetry'], 'confirmed' | 'confirm'>;
  /** One may be down while the others of the same destination go on, so each has its own mark. */
  readonly endpoints: readonly Pick<Endpoint, 'name' | 'oldestDelivery'>[];
  /** Number of the oldest delivery of which an item is not in a buffer yet. */
  readonly oldestWaiting: () => number | undefined;
  /** What must be known of the records so far to continue with the next one. */
  readonly state: () => unknown;
  /** What the next process is told, with the state before the first delivery that it gets. */
  readonly memo: (state: string | undefined) => string;
}

/** Tells the supervisor which deliveries each endpoint is done with. */
export interface Confirmations {
  /** Whether the process before this one has confirmed the delivery for the endpoint of this name. */
  isDone(endpoint: string, delivery: number): boolean;
  /** To be called before the first record of a delivery, and after its last item. Between them may lie several deliveries. */
  begin(delivery: number): void;
  end(delivery: number): void;
  /** To be called whenever items have left. Costs little if no delivery is done. */
  tell(): void;
  /** All that is left has been reported as lost. */
  tellAll(): void;
}

export function confirmations(options: ConfirmationsOptions): Confirmations {
  const { telemetry, endpoints, oldestWaiting, state, memo } = options;
  const states = stateLog();
  const earlier = new Map<string, number>();
  let told: readonly number[] = [];
  /** The latest delivery that has begun, and the first that has not been dealt with. */
  let begun = 0;
  let next = 0;

  function tell(): void {
    const most = Math.min(next, oldestWaiting() ?? next);
    const marks = endpoints.map(({ oldestDelivery }) => Math.min(most, oldestDelivery() ?? most));
    tellMarks(marks.map((mark, index) => Math.max(mark, told[index] ?? 1)));
  }

  function tellMarks(marks: readonly number[]): void {
    if (marks.every((mark, index) => mark === told[index])) return;
    told = marks;
    const lowest = Math.min(...marks);
    const named = Object.fromEntries(endpoints.map(({ name }, index) => [name, marks[index] as number]));
    telemetry.confirm(EXTENSION, named, memo(stateBefore(lowest)));
    states.forgetBelow(lowest);
  }

  function stateBefore(delivery: number): string | undefined {
    return delivery > begun ? JSON.stringify(state()) : states.before(delivery);
  }

  return {
    isDone: (endpoint, delivery) => delivery < (earlier.get(endpoint) ?? 1),
    begin(delivery) {
      if (begun === 0) {
        for (const { name } of endpoints) earlier.set(name, telemetry.confirmed(EXTENSION, name));
        told = [...earlier.values()];
        next = delivery;
      }
      begun = delivery;
      states.note(delivery, JSON.stringify(state()));
    },
    end(delivery) {
      next = delivery + 1;
      tell();
    },
    tell: () => (begun === 0 ? undefined : tell()),
    tellAll: () => (begun === 0 ? undefined : tellMarks(endpoints.map(() => next))),
  };
}

const EXTENSION = 'telemetry';
