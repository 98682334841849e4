import { orAborted } from '../../../foundation/or-aborted.ts';
import type { AwsClientOptions, Clock } from '../../sdk/index.ts';

/**
 * One call to AWS, until the signal is aborted: what the SDK does before it, above all asking for credentials, does not heed
 * the signal. Where that comes while the SDK waits for its next try, the error is that of the last one. Adds to an error, as
 * `endpoint`, the host name that was asked.
 */
export type CallAws = <T>(
  options: AwsClientOptions,
  signal: AbortSignal,
  command: Command,
  call: () => Promise<T>,
) => Promise<T>;

/** @param onCall told of each call when it has ended. */
export function awsCaller(clock: Clock, onCall: (ms: number, isError: boolean) => void): CallAws {
  return async (options, signal, command, call) => {
    const startedAtMs = clock.monotonicMs();
    let isError = true;
    let lastTry: unknown;
    const remember: Middleware = (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        if (!signal.aborted) lastTry = error;
        throw error;
      }
    };
    command.middlewareStack.add(remember, { step: 'finalizeRequest', priority: 'low' });
    try {
      const answer = await orAborted(call(), signal);
      isError = false;
      return answer;
    } catch (error) {
      throw Object.assign((signal.aborted ? (lastTry ?? error) : error) as Error, {
        endpoint: options.requestHandler.endpoint,
      });
    } finally {
      onCall(clock.monotonicMs() - startedAtMs, isError);
    }
  };
}

type Middleware = <I, O>(next: (request: I) => Promise<O>) => (request: I) => Promise<O>;

interface Command {
  middlewareStack: { add(middleware: Middleware, options: { step: 'finalizeRequest'; priority: 'low' }): void };
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
