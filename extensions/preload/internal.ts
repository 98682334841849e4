import { commaSeparated } from '../../foundation/settings.ts';
import type { HookedInvocation } from '../../lambda-api/invocation-hooks.ts';
import { snapStartHooks } from '../../lambda-api/snapstart-hooks.ts';
import { complain } from './complain.ts';
import { type RunningInternal, startInternal } from './internal/start-internal.ts';
import type { Part } from './part.ts';

/** Runs the user's internal extensions: the files that the variable names, comma-separated. */
export const internal: Part = {
  name: 'internal',
  switchedOnBy: { variable: 'EXTENSIONS_INTERNAL' },
  start({ hooks, environment }) {
    const starting = commaSeparated(environment.EXTENSIONS_INTERNAL).map(async (file) => {
      try {
        return [
          await withinTime((signal) =>
            startInternal({ file, environment, nowMs: Date.now, warn: say, complain, signal }),
          ),
        ];
      } catch (error) {
        complain(`the internal extension ${file} does not start`, error);
        return [];
      }
    });
    const all = Promise.all(starting).then((each) => each.flat());
    const callEach = async (call: (extension: RunningInternal) => Promise<void>) =>
      void (await Promise.all((await all).map(call)));

    // With SnapStart nothing may be half loaded in the snapshot.
    snapStartHooks().beforeSnapshot.push(() => all);
    hooks.beforeNext((ended: HookedInvocation | undefined) =>
      ended === undefined ? all : callEach((extension) => extension.afterInvoke(ended)),
    );
    hooks.afterNext((begun) => callEach((extension) => extension.beforeInvoke(begun)));
  },
};

function say(line: string): void {
  // biome-ignore lint/suspicious/noConsole: it is the console of the function
  console.warn(line);
}

async function withinTime<T>(begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const work = begin(abort.signal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`it took longer than ${LONGEST_START_MS / 1_000} s`);
      abort.abort(error);
      reject(error);
    }, LONGEST_START_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Half of what Lambda gives to INIT, as for the extensions beside the function. */
const LONGEST_START_MS = 5_000;
