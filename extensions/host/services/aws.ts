import { credentialsFromLambda } from '../../../aws-call/credentials.ts';
import { openCaller } from '../../../aws-call/open-caller.ts';
import { proxyEnvironment } from '../../../aws-call/proxy-environment.ts';
import type { Clock } from '../../../foundation/clock.ts';
import { Sensitive } from '../../../foundation/sensitive.ts';
import type { Environment } from '../../../foundation/settings.ts';
import { containerCredentials as containerCredentialsOf } from '../../../lambda-api/environment.ts';
import type * as AwsSdk from '../../sdk/aws-sdk.ts';
import type { AwsServices } from '../../sdk/index.ts';
import { containerSessionToken } from './container-session-token.ts';

export interface HostsAwsServices extends AwsServices {
  /** What is secret in the function's credentials, to be redacted. */
  secretTexts(): readonly string[];
  /** In a new environment: those of the endpoint are asked for again, and the old ones prove nothing any more. */
  forgetCredentials(): void;
}

/** Our bundle of the AWS SDK; `import type`, since it is loaded at the first call. */
export type LoadAwsSdk = () => Promise<Pick<typeof AwsSdk, 'createClientOptions'>>;

/** What calls to AWS need, from the environment. `onAnswered` is called after each answer of AWS. */
export function awsServices(
  environment: Environment,
  clock: Clock,
  onAnswered: () => void,
  loadAwsSdk: LoadAwsSdk,
): HostsAwsServices {
  const token = new Sensitive(environment.AWS_SESSION_TOKEN ?? '');
  const containerCredentials = containerCredentialsOf(environment);
  const containerToken = containerCredentials && containerSessionToken(containerCredentials, clock);

  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;

  const { credentials, known, forget } = credentialsFromLambda(environment, containerCredentials, clock);

  return {
    region: region ?? '',
    credentials,
    secretTexts: known,
    forgetCredentials() {
      forget();
      containerToken?.forget();
    },
    hasSessionToken: !token.isEmpty || containerToken !== undefined,
    isSessionToken: (candidate) =>
      token.isEmpty && containerToken !== undefined ? containerToken.is(candidate) : token.equals(candidate),
    caller: (options) => openCaller({ ...options, environment, credentials, clock, onAnswered }),
    async clientOptions({ maxConnections, roleArn, role = {}, region: otherRegion, proxy }) {
      const { createClientOptions } = await loadAwsSdk();
      return createClientOptions({
        region: otherRegion ?? region,
        containerCredentials: containerCredentials && credentials,
        roleArn,
        role,
        proxy,
        proxyEnvironment: proxyEnvironment(environment),
        maxConnections,
        clock,
        onAnswered,
      });
    },
  };
}
