/** Whether a destination is worth waiting for. All times are wall time. */
export type Breaker =
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly sinceMs: number; readonly coolDownMs: number };

export const closedBreaker: Breaker = { state: 'closed' };

/** Whether to send at all. `probe`: send, but do not wait for it. */
export function permission(breaker: Breaker, nowMs: number): 'send' | 'probe' | 'wait' {
  if (breaker.state === 'closed') return 'send';
  const openForMs = nowMs - breaker.sinceMs;
  return openForMs >= 0 && openForMs < breaker.coolDownMs ? 'wait' : 'probe';
}

/** How a flush ended. */
export type Outcome =
  | { readonly kind: 'reached' }
  /** Nothing was delivered; `afterMs` is the pause that the destination asks for. */
  | { readonly kind: 'down'; readonly afterMs: number }
  | { readonly kind: 'refused' }
  /** Nothing was sent, because time was up. */
  | { readonly kind: 'untried' };

/** The breaker after a flush. A flush that delivered nothing opens it, for twice as long each time. */
export function afterFlush(breaker: Breaker, outcome: Outcome, nowMs: number): Breaker {
  switch (outcome.kind) {
    case 'reached':
      return closedBreaker;
    case 'untried':
      return breaker;
    case 'refused':
      return { state: 'open', sinceMs: nowMs, coolDownMs: LONGEST_COOL_DOWN_MS };
    case 'down': {
      const doubled = breaker.state === 'open' ? breaker.coolDownMs * 2 : FIRST_COOL_DOWN_MS;
      const coolDownMs = Math.min(Math.max(doubled, outcome.afterMs), LONGEST_COOL_DOWN_MS);
      return { state: 'open', sinceMs: nowMs, coolDownMs };
    }
    default:
      return outcome satisfies never;
  }
}

const FIRST_COOL_DOWN_MS = 10_000;
const LONGEST_COOL_DOWN_MS = 300_000;
