import { deferred } from '../foundation/deferred.ts';
import { isSnapStart } from '../lambda-api/environment.ts';
import { snapStartHooks } from '../lambda-api/snapstart-hooks.ts';

/** Where a function with SnapStart stands. */
export interface SnapshotMemory {
  /** Whether a value that is read now lies in the snapshot. Always false without SnapStart. */
  isAhead(): boolean;
  /** Resolves in the restored environment. Undefined where nobody has to wait for it. */
  untilRestored(): Promise<void> | undefined;
}

/**
 * With SnapStart, calls `forget` before the snapshot and after the restore: what was read during INIT shall not lie in it. Who
 * reads between them has to wait.
 */
export function aroundSnapshot(environment: Environment, forget: () => void): SnapshotMemory {
  if (!isSnapStart(environment)) return { isAhead: () => false, untilRestored: () => undefined };
  const restored = deferred<void>();
  let phase: 'ahead' | 'near' | 'past' = 'ahead';
  const { beforeSnapshot, afterRestore } = snapStartHooks();
  // Called last, since the function's own hooks may read values.
  beforeSnapshot.unshift(() => {
    phase = 'near';
    forget();
  });
  // A call that was under way may have stored its value since; the function's own hooks come later.
  afterRestore.unshift(() => {
    phase = 'past';
    forget();
    restored.resolve();
  });
  return {
    // Without the preload nobody calls the hooks. The runtime client sets the variable at the first invocation.
    isAhead: () => phase !== 'past' && environment._X_AMZN_TRACE_ID === undefined,
    untilRestored: () => (phase === 'near' ? restored.promise : undefined),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;
