import type { Item } from '../items/item.ts';

/**
 * Whether an item is in the share (0 to 1) that is kept. All of a trace is or is not, in whatever environment, as it depends on
 * the id alone; without a trace the same holds for an invocation. Errors are always kept, and so are metrics: a part of
 * them would be wrong, not less exact.
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
 * Where in 0 to 1 an id stands: FNV-1a, and MurmurHash3's last step, which spreads ids that differ little. A hash, since not
 * every id is random in all its digits, and so that a share here is one of what an SDK's own sampler left.
 */
function positionOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

const ERROR = 17;
