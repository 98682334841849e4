import type { Clock } from '../../../foundation/clock.ts';
import { Sensitive } from '../../../foundation/sensitive.ts';
import type { Environment } from '../../../foundation/settings.ts';
import type { AwsServices } from '../../sdk/index.ts';

/** What Lambda gives for calls to AWS, read from the environment. */
export function awsServices(environment: Environment, clock: Clock): AwsServices {
  const credentialsUrl = environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  return {
    sessionToken: new Sensitive(environment.AWS_SESSION_TOKEN ?? ''),
    async clientOptions({ maxConnections }) {
      const { createClientOptions } = await import('../../sdk/aws-sdk.ts');
      return createClientOptions({
        region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION,
        containerCredentials:
          credentialsUrl === undefined
            ? undefined
            : { url: credentialsUrl, token: environment.AWS_CONTAINER_AUTHORIZATION_TOKEN },
        maxConnections,
        clock,
      });
    },
  };
}
