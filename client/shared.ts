import { LatestMap } from '../foundation/latest-map.ts';
import type { Mode } from './choose-mode.ts';
import type { DirectReader } from './direct-reader.ts';
import { Memory } from './memory.ts';
import { forgetSessionToken } from './session-token.ts';
import { aroundSnapshot, type SnapshotMemory } from './snapshot-memory.ts';

/**
 * What all copies of the client share. A function's bundle may hold several, e.g. one as an ES module and one as CommonJS. Each
 * with a memory of its own would multiply the calls. The symbol names the shape: another shape takes another number.
 */
export function shared(): Shared {
  const global = globalThis as { [SHARED]?: Shared };
  global[SHARED] ??= createShared();
  return global[SHARED];
}

function createShared(): Shared {
  const created: Shared = {
    mode: undefined,
    direct: undefined,
    values: new Memory(),
    configurations: new Memory(),
    knownConfigurations: new LatestMap(MAX_KNOWN),
    snapshot: aroundSnapshot(process.env, () => {
      // With it go its values, its credentials and its connections.
      created.direct = undefined;
      created.values.clear();
      created.configurations.clear();
      // A read that is under way adds its answer to the map that it began with.
      created.knownConfigurations = new LatestMap(MAX_KNOWN);
      forgetSessionToken();
    }),
  };
  return created;
}

interface Shared {
  mode: Mode | undefined;
  direct: DirectReader | undefined;
  /** Answers of the extension. */
  readonly values: Memory<unknown>;
  readonly configurations: Memory<Buffer>;
  /** The latest answers, which may still hold when they are too old. */
  knownConfigurations: LatestMap<string, { etag: string; body: Buffer }>;
  readonly snapshot: SnapshotMemory;
}

const SHARED = Symbol.for('lambda-node-extended.client.2');
const MAX_KNOWN = 1_000;
