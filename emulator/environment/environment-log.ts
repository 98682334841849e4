import { payloadLimits } from '../../lambda-api/limits.ts';
import type { Publisher } from '../telemetry/publisher.ts';
import type { Effect, ProcessName } from './events-and-effects.ts';
import { toJsonLogLine, toLogLines } from './log-lines.ts';
import { hintAtOutput } from './output-hints.ts';
import type { Invocation, Reply } from './state.ts';
import type { LogLine } from './watching.ts';

export interface EnvironmentLogParts {
  readonly publisher: Publisher;
  readonly logFormat: 'Text' | 'JSON';
  readonly unboundOptDir: string | undefined;
  memoryBytes(): number;
  onLine(line: LogLine): void;
}

/** What the platform and the processes say: as records, as lines, and as the end of the log that a caller may ask for. */
export interface EnvironmentLog {
  /** A new environment begins. */
  begin(): void;
  record(record: Extract<Effect, { do: 'record' }>['record']): void;
  platformLine(text: string): void;
  output(process: ProcessName, text: string): void;
  /** The reply with the end of the log, if its caller wants that. */
  withTail(invocation: Invocation, reply: Reply): Reply;
}

export function createEnvironmentLog(parts: EnvironmentLogParts): EnvironmentLog {
  const { publisher, logFormat, onLine } = parts;
  let maxMemoryUsedMB = 0;
  let tail = '';

  function platformLine(text: string): void {
    addToTail(text);
    onLine({ source: 'platform', text });
  }

  function addToTail(line: string): void {
    tail = `${tail}${line}\n`;
    if (tail.length > 4 * TAIL_BYTES) tail = tail.slice(-TAIL_BYTES);
  }

  return {
    begin() {
      maxMemoryUsedMB = 0;
    },
    record(given) {
      if (given.type === 'platform.start') tail = '';
      let full = given;
      if (full.type === 'platform.report' && full.record.metrics.memorySizeMB !== undefined) {
        maxMemoryUsedMB = Math.max(maxMemoryUsedMB, Math.ceil(parts.memoryBytes() / 1_024 / 1_024));
        full = { ...full, record: { ...full.record, metrics: { ...full.record.metrics, maxMemoryUsedMB } } };
      }
      const published = publisher.publish(full);
      const lines = logFormat === 'JSON' ? [toJsonLogLine(full, published.time)] : toLogLines(full);
      for (const line of lines) platformLine(line);
    },
    platformLine,
    output(process, text) {
      const isRuntime = process.kind === 'runtime';
      publisher.publish({ type: isRuntime ? 'function' : 'extension', record: text });
      addToTail(text);
      onLine(isRuntime ? { source: 'function', text } : { source: 'extension', extension: process.name, text });
      const hint = hintAtOutput(text, isRuntime ? 'The function' : `"${process.name}"`, parts.unboundOptDir);
      if (hint) onLine({ source: 'hint', text: hint });
    },
    withTail({ wantsLogTail }, reply) {
      if (!wantsLogTail) return reply;
      const log = Buffer.from(tail).subarray(-TAIL_BYTES).toString('base64');
      return { ...reply, headers: { ...reply.headers, 'x-amz-log-result': log } };
    },
  };
}

const TAIL_BYTES = payloadLimits.logTailBytes;
