import { AsyncLocalStorage } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { format } from 'node:util';
import { encodeFrame } from '../environment/output.ts';
import { describeError, type ErrorDescription } from './error-description.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
type Level = (typeof levels)[number];

let requestId: string | undefined;
let isJson = false;
let write = (line: string): void => void process.stdout.write(`${line}\n`);

/** Lines that the work logs carry its request id. Only concurrent invocations pay for AsyncLocalStorage. */
export function withRequestId(id: string, isConcurrent: boolean, work: () => Promise<void>): Promise<void> {
  if (isConcurrent) return requestIds.run(id, work);
  requestId = id;
  return work();
}

const requestIds = new AsyncLocalStorage<string>();
const currentRequestId = () => requestIds.getStore() ?? requestId;

/** Makes `console` write what CloudWatch shows for a Node function: text with tabs, or JSON with levels. */
export function patchConsole(environment: NodeJS.ProcessEnv): void {
  isJson = environment.AWS_LAMBDA_LOG_FORMAT === 'JSON';
  const wanted = (environment.AWS_LAMBDA_LOG_LEVEL ?? 'trace').toLowerCase();
  const threshold = isJson ? Math.max(0, levels.indexOf(wanted as Level)) : 0;
  const descriptor = Number(environment._LAMBDA_TELEMETRY_LOG_FD);
  // As AWS's client does: processes that the function starts must not write frames.
  delete environment._LAMBDA_TELEMETRY_LOG_FD;
  if (descriptor > 0) write = (line) => writeAll(descriptor, encodeFrame(`${line}\n`, Date.now()));

  const at = (level: Level) => {
    if (levels.indexOf(level) < threshold) return () => {};
    return (...values: unknown[]) => write(isJson ? jsonLine(level, values) : textLine(level, format(...values)));
  };
  Object.assign(console, {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    log: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
  });
}

/** Logs an error that nobody caught, before the process exits. */
export function writeUncaught(description: ErrorDescription): void {
  write(
    isJson
      ? jsonLine('fatal', [description])
      : textLine('error', `Uncaught Exception \t${JSON.stringify(description)}`),
  );
}

/** Logs what a handler threw, before it is posted. It uses `console`, which the function may have replaced. */
export function writeInvokeError(thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // biome-ignore lint/suspicious/noConsole: this is the function's console
  console.error(...(isJson ? [error] : ['Invoke Error', `\t${textError(error)}`]));
}

function textError(error: Error): string {
  const spellOut = (_key: string, value: unknown) => {
    if (!(value instanceof Error)) return value;
    const { name, message, stack = '' } = value;
    const { code } = value as NodeJS.ErrnoException;
    return { errorType: name, errorMessage: message, code, ...value, stack: stack.split('\n') };
  };
  try {
    return JSON.stringify(error, spellOut);
  } catch {
    return JSON.stringify(describeError(error)); // The value has a cycle.
  }
}

function textLine(level: Level, message: string): string {
  return `${new Date().toISOString()}\t${currentRequestId() ?? 'undefined'}\t${level.toUpperCase()}\t${message}`;
}

function jsonLine(level: Level, values: readonly unknown[]): string {
  const head = { timestamp: new Date().toISOString(), level: level.toUpperCase(), requestId: currentRequestId() };
  if (values.length > 1) {
    const error = values.find((value) => value instanceof Error);
    return JSON.stringify({ ...head, message: format(...values), ...(error && jsonError(error)) });
  }
  const [only] = values;
  const spellOut = (_key: string, value: unknown) =>
    value instanceof Error ? { ...jsonError(value), ...value } : value;
  try {
    return JSON.stringify({ ...head, message: only }, spellOut);
  } catch {
    return JSON.stringify({ ...head, message: format(only) }); // The value has a cycle.
  }
}

function jsonError(error: Error) {
  const { message, stack = '' } = error;
  return { errorType: error.constructor.name, errorMessage: message, stackTrace: stack.split('\n') };
}

/** A full pipe takes a part of the line, or EAGAIN; the rest must not be lost. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}
