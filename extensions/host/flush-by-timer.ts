import type { Clock } from '../../foundation/clock.ts';
import { USUAL_MS } from './flush-rhythm.ts';
import type { RunningExtension } from './handlers.ts';
import { timers } from './services/timers.ts';

export interface FlushByTimerOptions {
  readonly extensions: readonly RunningExtension[];
  /** Never rejects. */
  readonly flush: (extension: RunningExtension) => Promise<void>;
  readonly clock: Clock;
  /** Aborted when SHUTDOWN begins. */
  readonly ending: AbortSignal;
}

/** On managed instances, where no INVOKE event could flush. They have no snapshots. */
export function flushByTimer({ extensions, flush, clock, ending }: FlushByTimerOptions): void {
  for (const extension of extensions) {
    const { flush: handler, flushEveryMs = USUAL_MS } = extension.handlers;
    if (handler === undefined) continue;
    const every = timers({ clock, log: extension.log, isSnapshotAhead: () => false, ending });
    every(Math.max(flushEveryMs, SHORTEST_MS), () => flush(extension));
  }
}

const SHORTEST_MS = 1_000;
