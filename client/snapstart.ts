/**
 * Hooks around the snapshot of a function that uses Lambda SnapStart. The images of this project call them; without SnapStart
 * nobody does. docs/snapstart.md.
 */
import { uniqueBytes, uniqueUuid } from '../foundation/unique-bytes.ts';
import { type SnapStartHook, snapStartHooks } from '../lambda-api/snapstart-hooks.ts';

export type { SnapStartHook };
export { uniqueUuid };

/**
 * Registers a hook that runs once, after INIT and before Lambda takes the snapshot: to load what the first invocation would load,
 * to close connections, to forget values. A promise is awaited. Hooks run in the reverse order of their registration. They
 * share the time of INIT: the function's time-out, 130 s at least. If one throws, no version is published.
 * @throws TypeError where `hook` is no function.
 */
export function beforeSnapshot(hook: SnapStartHook): void {
  snapStartHooks().beforeSnapshot.push(checked('beforeSnapshot', hook));
}

/**
 * Registers a hook that runs in each restored environment, before its first invocation: to renew what INIT fixed, such as ids,
 * seeds, connections and values. A promise is awaited. Hooks run in the order of their registration and share 10 s with
 * the restore. If one throws, the invocation fails and the environment ends.
 * @throws TypeError where `hook` is no function.
 */
export function afterRestore(hook: SnapStartHook): void {
  snapStartHooks().afterRestore.push(checked('afterRestore', hook));
}

/** Random bytes of the kernel, to seed a generator with in `afterRestore`: no other environment of the snapshot gets them. Default: 32. */
export function uniqueSeed(bytes = 32): Uint8Array {
  return uniqueBytes(bytes);
}

function checked(name: string, hook: SnapStartHook): SnapStartHook {
  if (typeof hook !== 'function') throw new TypeError(`${name} expects a function, not ${typeof hook}.`);
  return hook;
}
