import type { Clock } from '../../../foundation/clock.ts';
import { Sensitive } from '../../../foundation/sensitive.ts';
import type { Environment } from '../../../foundation/settings.ts';
import type { AwsServices } from '../../sdk/index.ts';
import { containerSessionToken } from './container-session-token.ts';

/** What Lambda gives for calls to AWS, read from the environment. */
export function awsServices(environment: Environment, clock: Clock): AwsServices {
  const token = new Sensitive(environment.AWS_SESSION_TOKEN ?? '');
  const url = environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  const containerCredentials =
    url === undefined ? undefined : { url, token: environment.AWS_CONTAINER_AUTHORIZATION_TOKEN };
  const isContainerToken = containerCredentials && containerSessionToken(containerCredentials, clock);

  return {
    hasSessionToken: !token.isEmpty || isContainerToken !== undefined,
    isSessionToken: (candidate) =>
      token.isEmpty && isContainerToken !== undefined ? isContainerToken(candidate) : token.equals(candidate),
    async clientOptions({ maxConnections, roleArn }) {
      const { createClientOptions } = await import('../../sdk/aws-sdk.ts');
      return createClientOptions({
        region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION,
        containerCredentials,
        roleArn,
        proxyEnvironment: proxyEnvironment(environment),
        maxConnections,
        clock,
      });
    },
  };
}

/** A proxy is for the way out: neither this machine nor Lambda's own addresses are behind it. */
function proxyEnvironment(environment: Environment): Record<string, string> {
  const proxies = ['HTTPS_PROXY', 'HTTP_PROXY'].flatMap((name) => {
    const value = environment[name] ?? environment[name.toLowerCase()];
    return value === undefined ? [] : [[name, value] as const];
  });
  const exceptions = environment.NO_PROXY ?? environment.no_proxy;
  return { ...Object.fromEntries(proxies), NO_PROXY: exceptions ? `${exceptions},${NEVER_PROXIED}` : NEVER_PROXIED };
}

const NEVER_PROXIED = 'localhost,127.0.0.1,::1,169.254.0.0-169.254.255.255';
