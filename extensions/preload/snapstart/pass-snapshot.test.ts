import { describe, expect, it } from 'vitest';
import type { SnapStartHook, SnapStartHooks } from '../../../lambda-api/snapstart-hooks.ts';
import { passSnapshot } from './pass-snapshot.ts';

/** Everything that happens, in order. `answers` is what Lambda answers to restore/next. */
function stage({
  answers = 200 as number | Error,
  isReportLost = false,
  whileTelling = (_hooks: SnapStartHooks): unknown => undefined,
} = {}) {
  const events: string[] = [];
  const firstInvocation: (() => Promise<void>)[] = [];
  const later =
    (event: string): SnapStartHook =>
    async () => {
      await new Promise((resolve) => setImmediate(resolve));
      events.push(event);
    };
  const hooks = { beforeSnapshot: [later('before 1'), later('before 2')], afterRestore: [later('after 1')] };
  hooks.afterRestore.push(later('after 2'));
  const run = () =>
    passSnapshot({
      hooks,
      calls: {
        async restoreNext() {
          events.push('restore/next');
          if (answers instanceof Error) throw answers;
          return answers;
        },
        async report(failure, error) {
          events.push(`reports ${failure}: ${(error as Error).message ?? error}`);
          if (isReportLost) throw new Error('nobody listens');
        },
      },
      renew: () => events.push('renews'),
      async tellHosts(path) {
        events.push(`posts ${path}`);
        if (path === '/snapstart/ahead') whileTelling(hooks);
      },
      onFirstInvocation: (work) => firstInvocation.push(work),
      say: (level, message) => events.push(`${level} ${message.split('\n')[0]}`),
      exit: (status) => events.push(`exits with ${status}`),
    });
  return { hooks, events, firstInvocation, run };
}

const AHEAD = 'posts /snapstart/ahead';
const PAST = 'posts /snapstart/past';

const fails = () => {
  throw new Error('as told');
};

describe('passSnapshot', () => {
  it('awaits the hooks before the snapshot from the last to the first, and those after it from the first to the last', async () => {
    const { run, events } = stage();

    await run();

    expect(events).toEqual(['before 2', 'before 1', AHEAD, 'restore/next', 'renews', PAST, 'after 1', 'after 2']);
  });

  it('calls each hook once, also when one of them puts another before it', async () => {
    const { run, events, hooks } = stage();
    const reads = (event: string, list: SnapStartHook[]) => async () => {
      // As the client does when it is used for the first time.
      if (!events.includes(event)) list.unshift(() => events.push(`forgets ${event}`));
      events.push(event);
    };
    hooks.beforeSnapshot[1] = reads('before', hooks.beforeSnapshot);
    hooks.afterRestore[0] = reads('after', hooks.afterRestore);

    await run();

    expect(events.slice(0, 4)).toEqual(['before', 'before 1', 'forgets before', AHEAD]);
    expect(events.slice(-2)).toEqual(['after', 'after 2']);
  });

  it('calls a hook that is added while the extensions are told, too', async () => {
    const { run, events } = stage({
      whileTelling: ({ beforeSnapshot }) => beforeSnapshot.unshift(() => events.push('forgets')),
    });

    await run();

    expect(events.slice(2, 5)).toEqual([AHEAD, 'forgets', 'restore/next']);
  });

  it('asks for the restore and renews without any hook', async () => {
    const { run, events, hooks } = stage();
    hooks.beforeSnapshot.length = 0;
    hooks.afterRestore.length = 0;

    await run();

    expect(events).toEqual([AHEAD, 'restore/next', 'renews', PAST]);
  });

  it('reports a hook that fails before the snapshot, calls no other one, and ends', async () => {
    const { run, events, hooks } = stage();
    hooks.beforeSnapshot[1] = fails;

    await run();

    const failure = 'Runtime.BeforeSnapshotError';
    expect(events).toEqual([`ERROR ${failure}: Error: as told`, `reports ${failure}: as told`, 'exits with 64']);
  });

  it('reports a hook that rejects after the restore, calls no other one, and ends', async () => {
    const { run, events, hooks } = stage();
    hooks.afterRestore[0] = () => Promise.reject('a text');

    await run();

    const failure = 'Runtime.AfterRestoreError';
    expect(events.slice(6)).toEqual([`ERROR ${failure}: a text`, `reports ${failure}: a text`, 'exits with 65']);
  });

  const withoutStack = Object.defineProperty(new Error('hidden'), 'stack', { get: fails });

  it.each([[Symbol('s')], [Object.create(null)], [withoutStack]])(
    'ends whatever a hook throws before the snapshot',
    async (thrown) => {
      const { run, events, hooks } = stage();
      hooks.beforeSnapshot[1] = () => Promise.reject(thrown);

      await run();

      expect(events.at(-1)).toBe('exits with 64');
    },
  );

  it('ends also where the report does not arrive', async () => {
    const { run, events, hooks } = stage({ isReportLost: true });
    hooks.afterRestore[0] = fails;

    await run();

    expect(events.at(-1)).toBe('exits with 65');
  });

  it.each([400, 403, 404])('goes on after status %i, and calls the hooks at the first invocation', async (answers) => {
    const { run, events, firstInvocation } = stage({ answers });

    await run();
    const untilThen = events.splice(0);
    for (const work of firstInvocation) await work();

    const says = `WARN Lambda answered ${answers} to restore/next. The hooks of afterRestore run at the first invocation instead.`;
    expect(untilThen).toEqual(['before 2', 'before 1', AHEAD, 'restore/next', says]);
    expect(events).toEqual(['renews', PAST, 'after 1', 'after 2']);
  });

  it.each([
    { answers: 500, why: 'restore/next was answered 500' },
    { answers: new Error('socket hang up'), why: 'socket hang up' },
  ])('ends where Lambda has no answer to restore/next: $why', async ({ answers, why }) => {
    const { run, events } = stage({ answers });

    await run();

    expect(events.slice(-2)).toEqual([`reports Runtime.BeforeSnapshotError: ${why}`, 'exits with 64']);
  });
});
