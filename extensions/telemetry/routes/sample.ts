import type { Item } from '../items/item.ts';

/**
 * Whether an item is in the share (0 to 1) that is kept. It depends on the trace id alone, so a trace is kept or dropped as a
 * whole in all environments; without a trace the same holds for an invocation. Errors are always kept. So are metrics: a
 * part of them would be wrong, not less exact.
 */
export function isSampled(item: Item, share: number, random: () => number): boolean {
  if (item.signal === 'metrics' || isError(item)) return true;
  const id = item.traceId || item.requestId;
  return (id ? positionOf(id) : random()) < share;
}

function isError(item: Exclude<Item, { signal: 'metrics' }>): boolean {
  return item.signal === 'logs' ? item.severity >= ERROR : item.status.code === 'error';
}

/**
 * Maps an id to 0 to 1: FNV-1a, and the last step of MurmurHash3, which spreads similar ids. It hashes because not every id is
 * random in all digits, and because an SDK's own sampler may have selected by the digits before.
 */
function positionOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

const ERROR = 17;
