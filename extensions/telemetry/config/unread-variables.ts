import { text } from '../../sdk/index.ts';
import type { DestinationType } from '../exporters/exporter.ts';
import type { ReadSettings } from './configured-destination.ts';

/** A line for each variable that somebody has set for a vendor's own extension, and that nothing here reads. Shows no value. */
export function unreadVariables(types: Iterable<DestinationType>, readSettings: ReadSettings): string[] {
  const lines = new Set<string>();
  for (const { unread = [] } of types) {
    const declarations = unread.map(({ variable }) => [variable, text(variable, undefined, '')] as const);
    const texts = readSettings(Object.fromEntries(declarations));
    for (const { variable, instead, harmless = [] } of unread) {
      const value = texts[variable];
      if (value === undefined || harmless.includes(value.toLowerCase())) continue;
      lines.add(`${variable} has no effect here: ${instead.replaceAll('`', '')}.`);
    }
  }
  return [...lines];
}
