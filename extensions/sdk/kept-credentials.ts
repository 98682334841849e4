import type { AwsClientOptions } from './host-services.ts';

/**
 * Keeps credentials that cannot be renewed for as long as they are valid. The AWS SDK renews them five minutes before their end,
 * and would fail from then on.
 */
export function keptCredentials(
  renew: AwsClientOptions['credentials'],
  clock: { wallMs(): number },
): AwsClientOptions['credentials'] {
  let current: Awaited<ReturnType<typeof renew>> | undefined;
  return async () => {
    try {
      current = await renew();
    } catch (error) {
      if (current?.expiration === undefined || current.expiration.getTime() <= clock.wallMs()) throw error;
    }
    return current;
  };
}
