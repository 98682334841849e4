import type { Clock } from '../../../foundation/clock.ts';
import type { Exporter, ExportRequest, ExportResponse, Verdict } from '../exporters/exporter.ts';
import type { Item } from '../items/item.ts';
import type { Outcome } from './breaker.ts';

/** Sends one request; rejects when there was no answer. The signal ends it. */
export type Send = (request: ExportRequest, signal: AbortSignal) => Promise<ExportResponse>;

export interface Delivery {
  readonly delivered: number;
  /** Will never be accepted. */
  readonly lost: number;
  /** To be sent again another time, in their order. */
  readonly again: readonly Item[];
  readonly outcome: Outcome;
  /** The first of what went wrong. */
  readonly problem?: string;
}

export interface DeliverContext {
  readonly send: Send;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Aborted when the time for it is over. */
  readonly signal: AbortSignal;
}

/**
 * Sends items until each of them is accepted, is lost for good, or cannot be sent now: after three tries of a request, or
 * when the time is over, the rest waits for another time.
 */
export async function deliver(items: readonly Item[], exporter: Exporter, context: DeliverContext): Promise<Delivery> {
  const ledger = openLedger();
  const attempts = encoded(items, 0);
  let hasSent = false;
  for (let attempt = attempts.shift(); attempt !== undefined; attempt = attempts.shift()) {
    if (context.signal.aborted && !ledger.isStopped()) {
      ledger.note('the time was over before all was sent');
      ledger.stop(hasSent ? { kind: 'down', afterMs: 0 } : { kind: 'untried' });
    }
    if (ledger.isStopped()) {
      ledger.keep(attempt.request.items);
      continue;
    }
    hasSent = true;
    attempts.unshift(...(await settle(await sendOnce(attempt.request, exporter, context), attempt)));
  }
  return ledger.close();

  /** Books what the verdict says, and returns what is to be tried next. */
  async function settle(verdict: Verdict, attempt: Attempt): Promise<Attempt[]> {
    const { request, tries } = attempt;
    const isLastTry = tries + 1 >= MOST_TRIES;
    if (verdict.kind !== 'delivered' && verdict.kind !== 'prepare') ledger.note(verdict.reason);
    switch (verdict.kind) {
      case 'delivered':
        ledger.delivered(request.items.length);
        return [];
      case 'rejected':
        ledger.lose(request.items.length);
        return [];
      case 'partial':
        ledger.delivered(request.items.length - verdict.again.length - verdict.lost);
        ledger.lose(verdict.lost);
        if (verdict.again.length === 0) return [];
        if (!isLastTry && (await pause(tries, 0, context))) return encoded(verdict.again, tries + 1);
        // Busy, though its status says otherwise.
        if (verdict.again.length === request.items.length) ledger.stop({ kind: 'down', afterMs: 0 });
        ledger.keep(verdict.again);
        return [];
      case 'split': {
        const middle = request.items.length >> 1;
        if (middle === 0) ledger.lose(request.items.length);
        else return [...encoded(request.items.slice(0, middle), tries), ...encoded(request.items.slice(middle), tries)];
        return [];
      }
      case 'prepare':
        for (const preparation of request.preparation ?? []) {
          const prepared = await sendOnce(preparation, exporter, context);
          if (prepared.kind !== 'refused') continue;
          ledger.note(prepared.reason);
          ledger.stop({ kind: 'refused' });
          return [attempt];
        }
        ledger.note(verdict.reason);
        if (!isLastTry) return [{ request, tries: tries + 1 }];
        ledger.stop({ kind: 'down', afterMs: 0 });
        return [attempt];
      case 'refused':
        ledger.stop({ kind: 'refused' });
        return [attempt];
      case 'retry': {
        const afterMs = verdict.afterMs ?? 0;
        if (!isLastTry && (await pause(tries, afterMs, context))) return [{ request, tries: tries + 1 }];
        ledger.stop({ kind: 'down', afterMs });
        return [attempt];
      }
      default:
        return verdict satisfies never;
    }
  }

  function encoded(some: readonly Item[], tries: number): Attempt[] {
    const lose = (problem: string) => {
      ledger.note(problem);
      ledger.lose(1);
    };
    const requests = encode(some, exporter, context.clock.wallMs(), lose);
    return requests.map((request) => ({ request, tries }));
  }
}

interface Attempt {
  readonly request: ExportRequest;
  /** How often it was sent already. */
  readonly tries: number;
}

/** What has become of the items so far. */
function openLedger() {
  const again: Item[] = [];
  let [deliveredItems, lostItems] = [0, 0];
  let outcome: Outcome = { kind: 'reached' };
  let problem: string | undefined;
  return {
    delivered: (items: number) => {
      deliveredItems += items;
    },
    lose: (items: number) => {
      lostItems += items;
    },
    keep: (items: readonly Item[]) => {
      for (const item of items) again.push(item);
    },
    note: (reason: string) => {
      problem ??= reason;
    },
    /** Nothing more is to be sent now; the first reason counts. */
    stop: (why: Outcome) => {
      if (outcome.kind === 'reached') outcome = why;
    },
    isStopped: () => outcome.kind !== 'reached',
    close: (): Delivery => ({
      delivered: deliveredItems,
      lost: lostItems,
      again,
      outcome,
      ...(problem === undefined ? {} : { problem }),
    }),
  };
}

async function sendOnce(request: ExportRequest, exporter: Exporter, context: DeliverContext): Promise<Verdict> {
  let response: ExportResponse;
  try {
    response = await context.send(request, context.signal);
  } catch (error) {
    const why = context.signal.aborted ? 'there was no answer in time' : describe(error);
    return { kind: 'retry', reason: `${new URL(request.url).host}: ${why}` };
  }
  try {
    return exporter.judge(response, request);
  } catch (error) {
    return { kind: 'rejected', reason: `its answer could not be understood: ${describe(error)}` };
  }
}

/** Waits before the next try; false when there is no time for it. Full jitter, lest all environments come back at once. */
async function pause(tries: number, afterMs: number, { clock, random, signal }: DeliverContext): Promise<boolean> {
  if (afterMs > LONGEST_PAUSE_MS) return false;
  try {
    await clock.sleep(Math.max(afterMs, random() * FIRST_PAUSE_MS * 2 ** tries), { signal });
    return true;
  } catch {
    return false;
  }
}

/** One item that cannot be encoded must not cost the others. */
function encode(
  items: readonly Item[],
  exporter: Exporter,
  nowMs: number,
  lose: (problem: string) => void,
): readonly ExportRequest[] {
  if (items.length === 0) return [];
  try {
    const requests = exporter.encode(items, nowMs);
    let left = items.length;
    for (const request of requests) left -= request.items.length;
    for (; left > 0; left--) lose('the destination has no place for records of this kind');
    return requests;
  } catch (error) {
    if (items.length === 1) {
      lose(`a record could not be encoded: ${describe(error)}`);
      return [];
    }
    const middle = items.length >> 1;
    return [
      ...encode(items.slice(0, middle), exporter, nowMs, lose),
      ...encode(items.slice(middle), exporter, nowMs, lose),
    ];
  }
}

function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code !== undefined && !message?.includes(code)
    ? `${code} ${message ?? ''}`.trim()
    : (message ?? String(error));
}

const MOST_TRIES = 3;
const FIRST_PAUSE_MS = 100;
/** A longer `Retry-After` is for another flush. */
const LONGEST_PAUSE_MS = 1_000;
