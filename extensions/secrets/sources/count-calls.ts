import { type AwsClientOptions, type AwsCommand, type Clock, callAws } from '../../sdk/index.ts';

export type CallAws = typeof callAws;

/**
 * Makes calls by a client of the AWS SDK, and counts them.
 * @param onCall called when a call has ended.
 */
export function countCalls(clock: Clock, onCall: (ms: number, isError: boolean) => void): CallAws {
  return async <T>(
    options: Pick<AwsClientOptions, 'requestHandler'>,
    signal: AbortSignal,
    command: AwsCommand,
    send: () => Promise<T>,
  ) => {
    const startedAtMs = clock.monotonicMs();
    let isError = true;
    try {
      const answer = await callAws(options, signal, command, send);
      isError = false;
      return answer;
    } finally {
      onCall(clock.monotonicMs() - startedAtMs, isError);
    }
  };
}
