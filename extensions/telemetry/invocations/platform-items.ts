import type { LogItem, Source, Value } from '../items/item.ts';
import { type JsonObject, logItem } from '../items/log-line.ts';
import type { Invocation } from './invocations.ts';
import { hasFailed } from './outcome.ts';
import { platformLine } from './platform-lines.ts';

/** The record as CloudWatch's line, with its fields as attributes. A record without such a line is the body as it is. */
export function platformItem(source: Source, type: string, raw: unknown, record: JsonObject, timeMs: number): LogItem {
  const text = record === raw ? platformLine(type, record) : undefined;
  const item = logItem('platform', source, type, timeMs, text ?? ((raw ?? null) as Value));
  if (text !== undefined) item.attributes = record;
  if (typeof record.requestId === 'string') item.requestId = record.requestId;
  const isLoss = type === 'platform.logsDropped';
  const isError = type === 'platform.fault' || (type !== 'platform.report' && hasFailed(record));
  item.level = isLoss ? 'WARN' : isError ? 'ERROR' : 'INFO';
  item.severity = isLoss ? 13 : isError ? 17 : 9;
  return item;
}

/** The line for an invocation or environment whose end no platform record has reported. */
export function shutdownItem(source: Source, body: string, invocation: Invocation | undefined, nowMs: number): LogItem {
  const item = logItem('platform', source, SHUTDOWN, nowMs, body);
  item.level = 'ERROR';
  item.severity = 17;
  item.requestId = invocation?.requestId;
  item.traceId = invocation?.traceId;
  item.spanId = invocation?.spanId;
  return item;
}

/** Our own type, for items that are made when the environment ends. */
export const SHUTDOWN = 'platform.shutdown';
