/**
 * Where the preload meets the hooks of a function that uses SnapStart. A function's bundle and ours each have a copy of this
 * file, so they meet under a symbol that all copies share. The symbol names the shape: another shape takes another number.
 */
const SNAPSTART_HOOKS = Symbol.for('lambda-node-extended.snapstart-hooks.1');

/** Awaited, if it returns a promise. */
export type SnapStartHook = () => unknown;

export interface SnapStartHooks {
  /** Called before the snapshot, the last one first. */
  readonly beforeSnapshot: SnapStartHook[];
  /** Called in each restored environment, the first one first. */
  readonly afterRestore: SnapStartHook[];
}

/** The hooks of this process. Without SnapStart nobody calls them. */
export function snapStartHooks(): SnapStartHooks {
  const meeting = globalThis as { [SNAPSTART_HOOKS]?: SnapStartHooks };
  meeting[SNAPSTART_HOOKS] ??= { beforeSnapshot: [], afterRestore: [] };
  return meeting[SNAPSTART_HOOKS];
}
