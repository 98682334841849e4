import { type InvocationHooks, invocationHooks } from '../lambda-api/invocation-hooks.ts';

/** When the running invocation times out. Undefined until one begins, and where the preload does not run. */
export function invocationDeadline(
  hooks: Pick<InvocationHooks, 'afterNext'> | undefined = invocationHooks(),
): () => number | undefined {
  let deadlineMs: number | undefined;
  hooks?.afterNext((begun) => {
    deadlineMs = begun.deadlineMs;
  });
  return () => deadlineMs;
}
