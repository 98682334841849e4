import { isTurnOver, nextTurn } from '../../../foundation/turns.ts';
import type { Clock } from '../../sdk/index.ts';
import type { Exporter, ExportRequest, ExportResponse, Send, Verdict } from '../exporters/exporter.ts';
import type { Item } from '../items/item.ts';
import type { Outcome } from './breaker.ts';
import { describeError, explainFailure } from './explain-failure.ts';

export interface Delivery {
  readonly delivered: number;
  /** Will never be accepted. */
  readonly lost: number;
  /** To be sent again later, in their order. */
  readonly again: readonly Item[];
  /** Those of them that the vendor has answered with an error of its own at each try, while it may well take others. */
  readonly failed: readonly Item[];
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
 * Sends items until each is accepted, lost, or cannot be sent now. Each request is encoded when the one before is settled, so that
 * only one body is in memory, and the event loop goes on in between. After three tries of a request, or when time is up, the
 * rest waits for the next flush.
 */
export async function deliver(items: readonly Item[], exporter: Exporter, context: DeliverContext): Promise<Delivery> {
  const ledger = openLedger();
  let hasSent = false;
  await sendAll(items, 0);
  return ledger.close();

  async function sendAll(some: readonly Item[], tries: number): Promise<void> {
    const taken: (readonly Item[])[] = [];
    let requests: Iterator<ExportRequest | undefined> | undefined;
    let left = some.length;
    while (left > 0) {
      if (isTurnOver()) await nextTurn();
      stopWhenTimeIsUp();
      if (ledger.isStopped()) return ledger.keep(without(some, taken));
      let step: IteratorResult<ExportRequest | undefined>;
      try {
        requests ??= exporter.encode(some, context.clock.wallMs())[Symbol.iterator]();
        step = requests.next();
      } catch (error) {
        return sendWithoutFailing(without(some, taken), tries, error);
      }
      if (step.done === true) break;
      if (step.value === undefined) continue;
      taken.push(step.value.items);
      left -= step.value.items.length;
      hasSent = true;
      await send(step.value, tries);
    }
    if (left <= 0) return;
    ledger.note('the destination does not take records of this kind');
    ledger.lose(left);
  }

  /** One item that cannot be encoded must not take the others with it. */
  async function sendWithoutFailing(some: readonly Item[], tries: number, error: unknown): Promise<void> {
    if (some.length > 1) return sendHalves(some, tries);
    ledger.note(`a record cannot be encoded: ${describeError(error)}`);
    ledger.lose(some.length);
  }

  async function sendHalves(some: readonly Item[], tries: number): Promise<void> {
    const middle = some.length >> 1;
    await sendAll(some.slice(0, middle), tries);
    await sendAll(some.slice(middle), tries);
  }

  function stopWhenTimeIsUp(): void {
    if (!context.signal.aborted || ledger.isStopped()) return;
    ledger.note('time was up before all records were sent');
    ledger.stop(hasSent ? { kind: 'down', afterMs: 0 } : { kind: 'untried' });
  }

  /** Sends a request until its verdict is final, and enters that into the ledger. `tries`: how often it was sent before. */
  async function send(request: ExportRequest, tries: number): Promise<void> {
    const verdict = await sendOnce(request, exporter, context);
    const isLastTry = tries + 1 >= MOST_TRIES;
    if (verdict.kind !== 'delivered' && verdict.kind !== 'prepare') ledger.note(verdict.reason);
    switch (verdict.kind) {
      case 'delivered':
        return ledger.delivered(request.items.length);
      case 'rejected':
        return ledger.lose(request.items.length);
      case 'partial':
        ledger.delivered(request.items.length - verdict.again.length - verdict.lost);
        ledger.lose(verdict.lost);
        if (verdict.again.length === 0) return;
        if (!isLastTry && (await pause(tries, verdict.afterMs ?? 0, context))) return sendAll(verdict.again, tries + 1);
        // The vendor took nothing, so it is down, whatever its status says.
        if (verdict.again.length === request.items.length || verdict.afterMs !== undefined)
          ledger.stop({ kind: 'down', afterMs: verdict.afterMs ?? 0 });
        if (isLastTry) ledger.failed(verdict.again);
        return ledger.keep(verdict.again);
      case 'split':
        if (request.items.length > 1) return sendHalves(request.items, tries);
        return ledger.lose(request.items.length);
      case 'prepare':
        for (const preparation of request.preparation ?? []) {
          const prepared = await sendOnce(preparation, exporter, context);
          if (prepared.kind === 'refused') return stop({ kind: 'refused' }, prepared.reason);
        }
        if (!isLastTry) return sendAgain();
        return stop({ kind: 'down', afterMs: 0 }, verdict.reason);
      case 'refused':
        return stop({ kind: 'refused' }, verdict.reason);
      case 'retry': {
        const afterMs = verdict.afterMs ?? 0;
        if (!isLastTry && (await pause(tries, afterMs, context))) return sendAgain();
        if (isLastTry && afterMs === 0 && verdict.isUnanswered !== true) ledger.failed(request.items);
        return stop({ kind: 'down', afterMs }, verdict.reason);
      }
      default:
        return verdict satisfies never;
    }

    async function sendAgain(): Promise<void> {
      stopWhenTimeIsUp();
      if (ledger.isStopped()) return ledger.keep(request.items);
      return send(request, tries + 1);
    }

    function stop(why: Outcome, reason: string): void {
      ledger.note(reason);
      ledger.stop(why);
      ledger.keep(request.items);
    }
  }
}

function without(items: readonly Item[], taken: readonly (readonly Item[])[]): readonly Item[] {
  if (taken.length === 0) return items;
  const those = new Set(taken.flat());
  return items.filter((item) => !those.has(item));
}

/** What has happened to the items so far. */
function openLedger() {
  const again: Item[] = [];
  const failed: Item[] = [];
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
    failed: (items: readonly Item[]) => {
      for (const item of items) failed.push(item);
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
      failed,
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
    return explainFailure(error, request.url, context.signal.aborted);
  }
  try {
    // A `Retry-After` may be a date: it counts from the date of the answer, or from now if the answer has none.
    const date = new Date(context.clock.wallMs()).toUTCString();
    return exporter.judge({ ...response, headers: { date, ...response.headers } }, request);
  } catch (error) {
    // A parser quotes what it could not read, and a vendor may repeat a key.
    const why = error instanceof SyntaxError ? 'it is not JSON' : describeError(error);
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

const MOST_TRIES = 3;
const FIRST_PAUSE_MS = 100;
/** After a longer `Retry-After` the next flush tries again. */
const LONGEST_PAUSE_MS = 1_000;
