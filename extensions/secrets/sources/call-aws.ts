import { orAborted } from '../../../foundation/or-aborted.ts';
import type { AwsClientOptions } from '../../sdk/index.ts';

/**
 * One call to AWS, until the signal is aborted: what the SDK does before it, above all asking for credentials, does not heed
 * the signal. Adds to an error, as `endpoint`, the host name that was asked.
 */
export async function callAws<T>(options: AwsClientOptions, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  try {
    return await orAborted(call(), signal);
  } catch (error) {
    throw Object.assign(error as Error, { endpoint: options.requestHandler.endpoint });
  }
}
