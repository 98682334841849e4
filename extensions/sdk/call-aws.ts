import { orAborted } from '../../foundation/or-aborted.ts';
import type { AwsClientOptions } from './host-services.ts';

/**
 * One call by a client of the AWS SDK, until the signal is aborted: what the SDK does before it, above all asking for
 * credentials, does not heed the signal. Where the signal comes while the SDK waits for its next try, the error is that of
 * the last try. Adds to an error, as `endpoint`, the host name that was asked.
 */
export async function callAws<T>(
  { requestHandler }: Pick<AwsClientOptions, 'requestHandler'>,
  signal: AbortSignal,
  command: AwsCommand,
  send: () => Promise<T>,
): Promise<T> {
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
    return await orAborted(send(), signal);
  } catch (error) {
    throw Object.assign((signal.aborted ? (lastTry ?? error) : error) as Error, { endpoint: requestHandler.endpoint });
  }
}

type Middleware = <I, O>(next: (request: I) => Promise<O>) => (request: I) => Promise<O>;

/** Any command of the SDK. */
export interface AwsCommand {
  middlewareStack: { add(middleware: Middleware, options: { step: 'finalizeRequest'; priority: 'low' }): void };
}
