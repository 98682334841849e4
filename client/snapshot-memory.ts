import { isSnapStart } from '../lambda-api/environment.ts';
import { snapStartHooks } from '../lambda-api/snapstart-hooks.ts';

/** With SnapStart, calls `forget` before the snapshot and after the restore: what was read during INIT shall not lie in it. */
export function forgetAroundSnapshot(environment: Environment, forget: () => void): void {
  if (!isSnapStart(environment)) return;
  const { beforeSnapshot, afterRestore } = snapStartHooks();
  // Called last, since the function's own hooks may read values.
  beforeSnapshot.unshift(forget);
  // A call that was under way may have stored its value since; the function's own hooks come later.
  afterRestore.unshift(forget);
}

type Environment = Readonly<Record<string, string | undefined>>;
