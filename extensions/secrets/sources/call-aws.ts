import { orAborted } from '../../../foundation/or-aborted.ts';
import type { AwsClientOptions, Clock } from '../../sdk/index.ts';

/**
 * One call to AWS, until the signal is aborted: what the SDK does before it, above all asking for credentials, does not heed
 * the signal. Adds to an error, as `endpoint`, the host name that was asked.
 */
export type CallAws = <T>(options: AwsClientOptions, signal: AbortSignal, call: () => Promise<T>) => Promise<T>;

/** @param onCall told of each call when it has ended. */
export function awsCaller(clock: Clock, onCall: (ms: number, isError: boolean) => void): CallAws {
  return async (options, signal, call) => {
    const startedAtMs = clock.monotonicMs();
    let isError = true;
    try {
      const answer = await orAborted(call(), signal);
      isError = false;
      return answer;
    } catch (error) {
      throw Object.assign(error as Error, { endpoint: options.requestHandler.endpoint });
    } finally {
      onCall(clock.monotonicMs() - startedAtMs, isError);
    }
  };
}

/** All pages of a call, each a call of its own. */
export async function* pagesOf<P extends { NextToken?: string | undefined }>(
  callFor: (next: { NextToken?: string }) => Promise<P>,
): AsyncIterable<P> {
  let page: P | undefined;
  do {
    page = await callFor(page?.NextToken === undefined ? {} : { NextToken: page.NextToken });
    yield page;
  } while (page.NextToken !== undefined);
}
