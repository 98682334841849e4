import { snapshotNotices } from '../../../lambda-api/snapshot-notices.ts';
import type { SnapStartHooks } from '../../../lambda-api/snapstart-hooks.ts';
import { stackOf } from './say.ts';

export interface SnapshotOptions {
  readonly hooks: SnapStartHooks;
  readonly calls: RestoreCalls;
  /** Renews what the process has fixed before the snapshot, before hooks can use it. */
  renew(): void;
  /** Settles when the extensions have acted on a notice. Never rejects. */
  tellHosts(path: string): Promise<void>;
  /** Calls back when the first invocation has come, before the handler sees it. */
  onFirstInvocation(work: () => Promise<void>): void;
  say(level: 'WARN' | 'ERROR', message: string): void;
  exit(status: number): void;
}

export interface RestoreCalls {
  /** The status of the answer, which comes in a restored environment. */
  restoreNext(): Promise<number>;
  /** Whether Lambda gets the report makes no difference to what follows. */
  report(failure: SnapStartFailure, error: unknown): Promise<void>;
}

/** As AWS spells them, in the header of the report. */
export type SnapStartFailure = 'Runtime.BeforeSnapshotError' | 'Runtime.AfterRestoreError';

/**
 * From the end of INIT to the restored environment: the hooks before the snapshot, the last one first; the wait for the restore; the
 * hooks after it, the first one first. The caller bounds neither: Lambda does. A failure ends the process, with the statuses
 * of AWS's runtime client for Python.
 */
export async function passSnapshot(options: SnapshotOptions): Promise<void> {
  const { hooks, calls, onFirstInvocation, say } = options;
  let status: number;
  try {
    await callBefore(hooks);
    await options.tellHosts(snapshotNotices.ahead);
    // The client was used for the first time meanwhile.
    await callBefore(hooks);
    status = await calls.restoreNext();
    if (status >= 500) throw new Error(`restore/next was answered ${status}`);
  } catch (error) {
    return fail(options, 'Runtime.BeforeSnapshotError', error, STATUS_BEFORE);
  }
  if (status < 400) return restored(options);

  // The snapshot is then taken while the client waits in `next`, so the first invocation is what follows the restore.
  say(
    'WARN',
    `Lambda answered ${status} to restore/next. The hooks of afterRestore run at the first invocation instead.`,
  );
  onFirstInvocation(() => restored(options));
}

/** One that a hook adds is called, too: the client forgets by it what the hook has read. */
async function callBefore({ beforeSnapshot }: SnapStartHooks): Promise<void> {
  for (let hook = beforeSnapshot.pop(); hook !== undefined; hook = beforeSnapshot.pop()) await hook();
}

async function restored(options: SnapshotOptions): Promise<void> {
  try {
    options.renew();
    await options.tellHosts(snapshotNotices.past);
    // Of a copy: one that a hook puts before itself would have it called again.
    for (const hook of [...options.hooks.afterRestore]) await hook();
  } catch (error) {
    await fail(options, 'Runtime.AfterRestoreError', error, STATUS_AFTER);
  }
}

async function fail(
  { calls, say, exit }: SnapshotOptions,
  failure: SnapStartFailure,
  error: unknown,
  status: number,
): Promise<void> {
  say('ERROR', `${failure}: ${stackOf(error)}`);
  await calls.report(failure, error).catch(() => undefined);
  exit(status);
}

const STATUS_BEFORE = 64;
const STATUS_AFTER = 65;
