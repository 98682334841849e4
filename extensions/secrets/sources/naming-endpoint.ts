import type { AwsClientOptions } from '../../sdk/index.ts';

/** Adds to the error of a call to AWS, as `endpoint`, the host name that was asked. */
export async function namingEndpoint<T>(options: AwsClientOptions, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw Object.assign(error as Error, { endpoint: options.requestHandler.endpoint });
  }
}
