import type { HookedInvocation, InvocationHooks } from '../../lambda-api/invocation-hooks.ts';

/** Calls hooks one after another, in the order of their registration. One that fails costs neither the others nor the invocation. */
export function createInvocationHooks(complain: Complain): InvocationHooks {
  const before: ((ended: HookedInvocation | undefined) => unknown)[] = [];
  const after: ((begun: HookedInvocation) => unknown)[] = [];
  const callEach = async <T>(hooks: readonly ((value: T) => unknown)[], value: T, failure: string): Promise<void> => {
    for (const hook of hooks) {
      try {
        await hook(value);
      } catch (error) {
        complain(failure, error);
      }
    }
  };
  return {
    beforeNext: (hook) => void before.push(hook),
    afterNext: (hook) => void after.push(hook),
    around(next, invocationOf) {
      let current: HookedInvocation | undefined;
      return async (...args) => {
        await callEach(before, current, 'a hook before the next invocation failed');
        const answer = await next(...args);
        current = invocationOf(answer);
        await callEach(after, current, 'a hook after the start of an invocation failed');
        return answer;
      };
    },
  };
}

type Complain = (what: string, error: unknown) => void;
