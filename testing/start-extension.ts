import { randomUUID } from 'node:crypto';
import { type InProcess, startInProcess } from '../extensions/host/in-process.ts';
import type { ExtensionDefinition, Log, LogLevel, Settings, TelemetryRecord } from '../extensions/sdk/index.ts';
import { logLevels } from '../foundation/log.ts';
import type { InvokeEvent, ShutdownReason } from '../lambda-api/extensions-api.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

export interface StartExtensionOptions {
  /** The function's variables. Default: none. Nothing of this process is seen. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: one that stands still until the test moves it. */
  readonly clock?: ManualClock;
  /** The least important level in `lines`. Default: `debug`. */
  readonly logLevel?: LogLevel;
}

/** A line of the log. */
export interface ExtensionLine {
  readonly level: Exclude<LogLevel, 'none'>;
  readonly text: string;
}

/** An extension in this process. Each method resolves when its handler has settled, or its time is over. */
export interface StartedExtension extends AsyncDisposable {
  readonly clock: ManualClock;
  /** What it, and the host about it, has logged so far. */
  readonly lines: readonly ExtensionLine[];
  /** The first wait for an event has begun. */
  ready(): Promise<void>;
  /** An invocation begins. Default: one of a function that may take 3 s from now on. */
  invoke(event?: Partial<Omit<InvokeEvent, 'eventType'>>): Promise<void>;
  /** A delivery of the Telemetry API. Records of types that it has not asked for do not reach it. Default of `time`: now. */
  telemetry(records: readonly (Omit<TelemetryRecord, 'time'> & { readonly time?: string })[]): Promise<void>;
  /** The environment is frozen for so long: only the wall clock moves. */
  freeze(ms: number): void;
  /** A snapshot of the environment is about to be taken (SnapStart). */
  beforeSnapshot(): Promise<void>;
  /** A new environment begins from the snapshot. */
  restore(): Promise<void>;
  /** The environment ends; the extension has 2 s. Default: `spindown`. */
  shutdown(reason?: ShutdownReason): Promise<void>;
  /** Closes what it serves. */
  close(): Promise<void>;
}

/**
 * Starts an extension in this process, by the code of the host: settings, time limits and errors are as on Lambda. The test is its
 * Lambda. For processes, freezes and `register`, use `startEmulator`.
 * @throws Error if it cannot start, with what it has logged.
 */
export async function startExtension<const S extends Settings>(
  definition: ExtensionDefinition<S>,
  { environment = {}, clock = manualClock(), logLevel = 'debug' }: StartExtensionOptions = {},
): Promise<StartedExtension> {
  const lines: ExtensionLine[] = [];
  const logOf = (_speaker: string, level: LogLevel = logLevel): Log => {
    const at = (lineLevel: ExtensionLine['level']) => (text: string) => {
      const least = Math.max(logLevels.indexOf(level), logLevels.indexOf(logLevel));
      if (logLevels.indexOf(lineLevel) >= least) lines.push({ level: lineLevel, text });
    };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  };
  // What it takes is narrower than what the host calls it with, which it has read by its own declarations.
  const running = await startInProcess({ definition: definition as ExtensionDefinition, environment, clock, logOf });
  if (running === undefined) throw new Error(lines.map(({ text }) => text).join('\n'));
  return scripted(running, clock, lines);
}

function scripted(running: InProcess, clock: ManualClock, lines: readonly ExtensionLine[]): StartedExtension {
  return {
    clock,
    lines,
    ready: running.ready,
    invoke: (event = {}) =>
      running.invoke({
        eventType: 'INVOKE',
        requestId: randomUUID(),
        deadlineMs: clock.wallMs() + TIMEOUT_MS,
        invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:function',
        ...event,
      }),
    telemetry: (records) =>
      running.telemetry(records.map((one) => ({ time: new Date(clock.wallMs()).toISOString(), ...one }))),
    freeze: (ms) => clock.jump(ms),
    beforeSnapshot: running.beforeSnapshot,
    restore: running.restore,
    shutdown: (shutdownReason = 'spindown') =>
      running.shutdown({ eventType: 'SHUTDOWN', shutdownReason, deadlineMs: clock.wallMs() + SHUTDOWN_MS }),
    close: running.close,
    [Symbol.asyncDispose]: running.close,
  };
}

const TIMEOUT_MS = 3_000;
const SHUTDOWN_MS = 2_000;
