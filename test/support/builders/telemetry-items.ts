import type { LogItem, Source } from '../../../extensions/telemetry/items/item.ts';

const SOURCE: Source = { resource: { 'service.name': 'orders' }, scope: { name: 'lambda' } };

export function aLog(body: string, parts: Partial<LogItem> = {}): LogItem {
  return {
    signal: 'logs',
    origin: 'function',
    source: SOURCE,
    type: 'function',
    timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    severity: 9,
    level: 'INFO',
    body,
    attributes: {},
    ...parts,
  };
}
