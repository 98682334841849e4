import type { Clock } from '../../sdk/index.ts';
import type { Exporter, ExportRequest, ExportResponse, Send, Verdict } from '../exporters/exporter.ts';
import type { Item } from '../items/item.ts';
import type { Outcome } from './breaker.ts';

export interface Delivery {
  readonly delivered: number;
  /** Will never be accepted. */
  readonly lost: number;
  /** To be sent again later, in their order. */
  readonly again: readonly Item[];
  readonly outcome: Outcome;
  /** The first problem. */
  readonly problem?: string;
}

export interface DeliverContext {
  readonly send: Send;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Aborts when time is up. */
  readonly signal: AbortSignal;
}

/**
 * Sends items until each is accepted, lost, or cannot be sent now. After three tries of a request, or when time is up, the rest
 * waits for the next flush.
 */
export async function deliver(items: readonly Item[], exporter: Exporter, context: DeliverContext): Promise<Delivery> {
  const ledger = openLedger();
  const attempts = encoded(items, 0);
  let hasSent = false;
  for (let attempt = attempts.shift(); attempt !== undefined; attempt = attempts.shift()) {
    if (context.signal.aborted && !ledger.isStopped()) {
      ledger.note('time was up before all records were sent');
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

  /** Enters the verdict into the ledger and returns the next attempts. */
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
        // The vendor took nothing, so it is down, whatever its status says.
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
  /** How often it was sent before. */
  readonly tries: number;
}

/** What has happened to the items so far. */
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
    /** Sends nothing more now; the first reason counts. */
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
    // A parser quotes what it could not read, and a vendor may repeat a key.
    const why = error instanceof SyntaxError ? 'it is not JSON' : describe(error);
    return { kind: 'rejected', reason: `its answer cannot be read: ${why}` };
  }
}

/** Waits before the next try; false if there is no time. Full jitter, so that environments do not all retry at once. */
async function pause(tries: number, afterMs: number, { clock, random, signal }: DeliverContext): Promise<boolean> {
  if (afterMs > LONGEST_PAUSE_MS) return false;
  try {
    await clock.sleep(Math.max(afterMs, random() * FIRST_PAUSE_MS * 2 ** tries), { signal });
    return true;
  } catch {
    return false;
  }
}

/** One item that cannot be encoded must not take the others with it. */
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
    for (; left > 0; left--) lose('the destination does not take records of this kind');
    return requests;
  } catch (error) {
    if (items.length === 1) {
      lose(`a record cannot be encoded: ${describe(error)}`);
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
/** After a longer `Retry-After` the next flush tries again. */
const LONGEST_PAUSE_MS = 1_000;
