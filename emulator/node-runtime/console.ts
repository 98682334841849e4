import { writeSync } from 'node:fs';
import { format } from 'node:util';
import { encodeFrame } from '../environment/output.ts';
import { describeError } from './error-description.ts';
import type { InvokeStore } from './invoke-store.ts';
import { oneThreadAtATime } from './threads.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
type Level = (typeof levels)[number];

let isJson = false;
/** Managed instances log JSON only. An error goes there as the format says, as with AWS's client. */
let areErrorsJson = false;
let write = (line: string): void => void process.stdout.write(`${line}\n`);
let currentRequestId = () => '-';
let currentTenantId: () => unknown = () => undefined;

/** Makes `console` write what CloudWatch shows for a Node function: text with tabs, or JSON with levels. */
export function patchConsole(
  environment: NodeJS.ProcessEnv,
  store: Pick<InvokeStore, 'getRequestId' | 'getTenantId'>,
  isConcurrent: boolean,
): void {
  currentRequestId = store.getRequestId;
  currentTenantId = store.getTenantId;
  areErrorsJson = environment.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  isJson = areErrorsJson || isConcurrent;
  const wanted = (environment.AWS_LAMBDA_LOG_LEVEL ?? 'trace').toLowerCase();
  const threshold = Math.max(0, levels.indexOf(wanted as Level));
  const descriptor = Number(environment._LAMBDA_TELEMETRY_LOG_FD);
  // As AWS's client does: processes that the function starts must not write frames.
  delete environment._LAMBDA_TELEMETRY_LOG_FD;
  const writeFrame = (line: string) => writeAll(descriptor, encodeFrame(`${line}\n`, Date.now()));
  const alone = isConcurrent ? oneThreadAtATime() : undefined;
  if (descriptor > 0) write = alone ? (line) => alone(() => writeFrame(line)) : writeFrame;

  const at = (level: Level) => {
    if (levels.indexOf(level) < threshold) return () => {};
    return (message?: unknown, ...others: unknown[]) =>
      write(isJson ? jsonLine(level, [message, ...others]) : textLine(level, format(message, ...others)));
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

/** Logs what the handler or its module threw, before it is posted. It uses `console`, which the function may have replaced. */
export function writeError(title: string, thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // biome-ignore lint/suspicious/noConsole: this is the function's console
  console.error(...(areErrorsJson ? [error] : [title, `\t${textError(error)}`]));
}

function textError(error: Error): string {
  const spellOut = (_key: string, value: unknown) => {
    if (!(value instanceof Error)) return value;
    const { name, message, stack } = value;
    const { code } = value as NodeJS.ErrnoException;
    const described = { errorType: name, errorMessage: message, code, ...value };
    return typeof stack === 'string' ? { ...described, stack: stack.split('\n') } : described;
  };
  try {
    return JSON.stringify(error, spellOut);
  } catch {
    return JSON.stringify(describeError(error)); // The value has a cycle.
  }
}

function textLine(level: Level, message: string): string {
  return `${new Date().toISOString()}\t${currentRequestId()}\t${level.toUpperCase()}\t${message}`;
}

function jsonLine(level: Level, values: readonly unknown[]): string {
  const tenantId = currentTenantId();
  const head = {
    timestamp: new Date().toISOString(),
    level: level.toUpperCase(),
    requestId: currentRequestId(),
    ...(tenantId ? { tenantId } : {}),
  };
  if (values.length > 1) {
    const error = values.slice(1).find((value) => value instanceof Error);
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
  const { message, stack } = error;
  const stackTrace = typeof stack === 'string' ? stack.split('\n') : stack;
  return { errorType: error.constructor?.name ?? 'UnknownError', errorMessage: message, stackTrace };
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
