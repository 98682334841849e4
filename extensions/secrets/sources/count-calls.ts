import type { Clock } from '../../sdk/index.ts';

/** Makes a call and counts it. */
export type CountCall = <T>(call: () => Promise<T>) => Promise<T>;

/** @param onCall called when a call has ended. */
export function countCalls(clock: Clock, onCall: (ms: number, isError: boolean) => void): CountCall {
  return async (call) => {
    const startedAtMs = clock.monotonicMs();
    let isError = true;
    try {
      const answer = await call();
      isError = false;
      return answer;
    } finally {
      onCall(clock.monotonicMs() - startedAtMs, isError);
    }
  };
}
