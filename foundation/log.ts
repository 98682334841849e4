import { explainDropped, writeLine } from './write-line.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'none'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Writes one line a call, whatever the message holds. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface LogOptions {
  /** Who speaks, e.g. the extension's name. */
  name: string;
  level: LogLevel;
  /** Follows `AWS_LAMBDA_LOG_FORMAT`, so that our lines can be queried together with the function's. */
  format: 'text' | 'json';
  write?: typeof writeLine;
}

export function createLog({ name, level, format, write = writeLine }: LogOptions): Log {
  const threshold = logLevels.indexOf(level);
  const noticeOfDropped = (dropped: number) => formatLine(name, 'warn', explainDropped(dropped), format);
  const at = (lineLevel: Exclude<LogLevel, 'none'>) => (message: string) => {
    if (logLevels.indexOf(lineLevel) < threshold) return;
    write(formatLine(name, lineLevel, message, format), noticeOfDropped);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function formatLine(name: string, level: LogLevel, message: string, format: 'text' | 'json'): string {
  const timestamp = new Date().toISOString();
  return format === 'json'
    ? JSON.stringify({ timestamp, level: level.toUpperCase(), extension: name, message })
    : `${timestamp} ${level.toUpperCase()} [${name}] ${onOneLine(message)}`;
}

/** A line break would begin another event of the log. In a stack a bar reads better than the escaped break. */
function onOneLine(message: string): string {
  return message.trimEnd().replaceAll(/[\r\n]\s*/g, ' | ');
}
