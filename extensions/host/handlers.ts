import type { Clock } from '../../foundation/clock.ts';
import type { Log } from '../../foundation/log.ts';
import type { InvokeEvent, ShutdownEvent } from '../../lambda-api/extensions-api.ts';
import type { TelemetryRecord, TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { ExtensionDefinition, FlushReason, Handlers } from '../sdk/index.ts';
import { flushRhythm } from './flush-rhythm.ts';

/** An extension after its `init`. */
export interface RunningExtension {
  readonly definition: Pick<ExtensionDefinition, 'name' | 'warmUp' | 'expectsFewRuns' | 'telemetryDelay' | 'redacts'>;
  readonly handlers: Handlers;
  readonly log: Log;
  /** The types of records that it gets. */
  readonly telemetry: readonly TelemetryType[];
}

/**
 * Calls the handlers of all extensions concurrently. No handler can keep the others from being called, nor the returned
 * promise from resolving in time: one that throws is logged once, one that hangs is waited for once.
 */
export function handlerCalls(extensions: readonly RunningExtension[], clock: Clock) {
  const complaints = new Set<string>();
  /** By extension and handler. */
  const stillBusy = new Set<string>();
  const rhythm = flushRhythm(clock);

  async function callAll(what: HandlerName, call: HandlerCall, until?: Until): Promise<void> {
    await Promise.all(extensions.map((extension) => callOne(extension, what, call, until?.(extension.handlers))));
  }

  async function callOne(
    extension: RunningExtension,
    what: HandlerName,
    call: HandlerCall,
    untilMs: number | undefined,
  ): Promise<void> {
    const { definition, handlers, log } = extension;
    const isThere = (what === 'warmUp' ? definition.warmUp : handlers[what]) !== undefined;
    const { name } = definition;
    const topic = `${name}/${what}`;
    if (!isThere || (what === 'invoke' && stillBusy.has(topic))) return;

    const abort = untilMs === undefined ? NEVER : new AbortController();
    const settled = (async () => call(handlers, abort.signal, extension))().catch((error: unknown) => {
      if (!abort.signal.aborted) complain(log, topic, `${what} failed: ${describe(error)}`);
    });
    if (untilMs === undefined) return settled;
    if (untilMs === UNAWAITED && what === 'invoke') return;

    stillBusy.add(topic);
    if (untilMs === UNAWAITED) return void settled.then(() => stillBusy.delete(topic));
    let isSettled = false;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(Math.max(0, untilMs - clock.wallMs()), () => {
        complain(log, `${topic}/overdue`, `${what} took too long, so the host goes on without it`);
        resolve();
      });
      void settled.then(() => {
        isSettled = true;
        stillBusy.delete(topic);
        cancel();
        resolve();
      });
    });
    // Another call of the same flush may have settled meanwhile.
    if (!isSettled) abort.abort(new Error(`The time for ${what} is over`));
  }

  /** Of those whose flush is due, in the time that an invocation may be held. A flush that still runs is not called again. */
  async function flushDue(untilMs: (handlers: Handlers) => number): Promise<void> {
    const due = extensions.filter(
      (extension) => rhythm.isDue(extension) && !stillBusy.has(`${extension.definition.name}/flush`),
    );
    await Promise.all(due.map((extension) => flushOne(extension, 'invocation', untilMs(extension.handlers))));
  }

  function flushOne(extension: RunningExtension, reason: FlushReason, untilMs: number): Promise<void> {
    rhythm.flushed(extension);
    return callOne(extension, 'flush', (handlers, signal) => handlers.flush?.(reason, { signal }), untilMs);
  }

  /** Calls each when its own flush is over: nobody waits for the flush of another. */
  async function afterFlush(
    reason: FlushReason,
    untilMs: number,
    call: (extension: RunningExtension) => Promise<void>,
    some = extensions,
  ): Promise<void> {
    await Promise.all(
      some.map(async (extension) => {
        if (extension.handlers.flush !== undefined) await flushOne(extension, reason, untilMs);
        await call(extension);
      }),
    );
  }

  const withinInvocation = (deadlineMs: number) => (handlers: Handlers) =>
    boundOf(handlers) === 0 ? UNAWAITED : Math.min(clock.wallMs() + boundOf(handlers), deadlineMs - INVOKE_MARGIN_MS);

  function complain(log: Log, topic: string, message: string): void {
    if (complaints.has(topic)) return;
    complaints.add(topic);
    log.error(`${message} (logged once)`);
  }

  return {
    ready: () => callAll('ready', (handlers) => handlers.ready?.()),
    /** Of one extension. */
    telemetry: (
      extension: RunningExtension,
      records: readonly TelemetryRecord[],
      delivery: number | undefined,
      last: number | undefined,
    ) => callOne(extension, 'telemetry', (handlers) => handlers.telemetry?.(records, delivery, last), undefined),
    async invoke(event: InvokeEvent): Promise<void> {
      const untilMs = withinInvocation(event.deadlineMs);
      await Promise.all([
        callAll('invoke', (handlers, signal) => handlers.invoke?.(event, { signal }), untilMs),
        flushDue(untilMs),
      ]);
    },
    /** Of one extension, by a timer. */
    flush: (extension: RunningExtension) => flushOne(extension, 'timer', clock.wallMs() + LONGEST_INVOKE_MS),
    /** @param mostMs where something waits for it. Default: nothing does. */
    warmUp: (mostMs?: number) =>
      callAll(
        'warmUp',
        async (_handlers, _signal, { definition }) => void (await definition.warmUp?.()),
        mostMs === undefined ? undefined : () => clock.wallMs() + mostMs,
      ),
    /** Those that redact come first: the others drop the values that are to be redacted. */
    async beforeSnapshot(): Promise<void> {
      for (const redacts of [true, false]) {
        const untilMs = clock.wallMs() + LONGEST_SNAPSHOT_MS;
        await afterFlush(
          'snapshot',
          untilMs,
          (extension) =>
            callOne(extension, 'beforeSnapshot', (handlers, signal) => handlers.beforeSnapshot?.({ signal }), untilMs),
          extensions.filter(({ definition }) => (definition.redacts === true) === redacts),
        );
      }
    },
    restore: () =>
      callAll(
        'restore',
        (handlers, signal) => handlers.restore?.({ signal }),
        () => clock.wallMs() + LONGEST_RESTORE_MS,
      ),
    async shutdown(event: ShutdownEvent): Promise<void> {
      const untilMs = event.deadlineMs - SHUTDOWN_MARGIN_MS;
      await afterFlush('shutdown', untilMs - LEFT_FOR_SHUTDOWN_MS, (extension) =>
        callOne(extension, 'shutdown', (handlers, signal) => handlers.shutdown?.(event, { signal }), untilMs),
      );
    },
    /** How long `invoke` and `flush` may take; undefined where no extension has one of them. */
    invokeBoundMs: longestBoundMs(extensions),
  };
}

function longestBoundMs(extensions: readonly RunningExtension[]): number | undefined {
  const bounds = extensions
    .filter(({ handlers }) => handlers.invoke ?? handlers.flush)
    .map(({ handlers }) => boundOf(handlers));
  return bounds.length === 0 ? undefined : wholeBoundMs(Math.max(...bounds));
}

/** As the supervisor reads it: it would wait in vain for a host that says 0.5, -1 or `Infinity`, and kill it. */
function wholeBoundMs(boundMs: number): number {
  return boundMs > 0 ? Math.ceil(Math.min(boundMs, LONGEST_INVOCATION_MS)) : 0;
}

function boundOf({ invokeBoundMs = LONGEST_INVOKE_MS }: Handlers): number {
  return invokeBoundMs;
}

type HandlerName = Exclude<keyof Handlers, 'about' | 'invokeBoundMs' | 'flushEveryMs' | 'keepers'> | 'warmUp';
type Until = (handlers: Handlers) => number;
type HandlerCall = (handlers: Handlers, signal: AbortSignal, extension: RunningExtension) => void | Promise<void>;

function describe(error: unknown): string {
  // "failed: Error: …" says it twice.
  return error instanceof Error ? (error.stack ?? error.message).replace(/^Error: /, '') : String(error);
}

/** In place of a time: nobody waits for the handler, and nothing aborts it. */
const UNAWAITED = Number.POSITIVE_INFINITY;
/** For calls without a bound. A controller for each would cost more than many a call. */
const NEVER = new AbortController();
/** The function's owner pays for every millisecond that an extension holds the environment. */
const LONGEST_INVOKE_MS = 2_000;
/** Lambda's longest time-out. */
const LONGEST_INVOCATION_MS = 900_000;
/** The function waits, once for each version. Its INIT has 130 s. */
const LONGEST_SNAPSHOT_MS = 5_000;
/** The function waits: its own first invocation in the new environment comes next. */
const LONGEST_RESTORE_MS = 2_000;
/** Lambda resets an environment whose extensions are busy at the function's deadline. */
const INVOKE_MARGIN_MS = 100;
const SHUTDOWN_MARGIN_MS = 300;
/** After a flush that took all its time. */
const LEFT_FOR_SHUTDOWN_MS = 200;
