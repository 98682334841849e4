import type { Clock } from '../foundation/clock.ts';
import { environmentRandom } from '../foundation/random.ts';
import { type Environment, readSettings, wholeNumber } from '../foundation/settings.ts';
import type { AwsCredentials } from '../lambda-api/container-credentials.ts';
import type { CallJson } from './call-json.ts';
import { awsEndpoint, awsSettings, endpointVariables } from './endpoint.ts';
import { proxyEnvironment } from './proxy-environment.ts';
import { openSender, type SenderOptions } from './send.ts';
import { signedCaller } from './signed-caller.ts';

export interface OpenCallerOptions
  extends Pick<SenderOptions, 'maxConnections' | 'longestMs' | 'isBackground' | 'onAnswered'> {
  readonly environment: Environment;
  readonly credentials: () => Promise<AwsCredentials>;
  readonly clock: Clock;
}

/** Calls to AWS by what the environment says: region, endpoints, proxies, tries. */
export function openCaller({ environment, credentials, clock, ...connections }: OpenCallerOptions): CallJson {
  const { mostAttempts } = readSettings(retrySettings, environment).values;
  const { send } = openSender({
    ...connections,
    wallMs: clock.wallMs,
    proxyEnvironment: proxyEnvironment(environment),
    connectMs: CONNECT_MS,
  });
  return signedCaller({
    send,
    credentials: () => credentials().catch(asOfSdk),
    region: environment.AWS_REGION || environment.AWS_DEFAULT_REGION || '',
    endpoint: (service, region) =>
      awsEndpoint(service, region, readSettings(awsSettings(endpointVariables[service]), environment).values),
    clock,
    random: environmentRandom,
    mostAttempts,
  });
}

/** The SDK's name for it, which the extension passes on as the code. */
function asOfSdk(error: Error): never {
  throw Object.assign(error, { name: 'CredentialsProviderError' });
}

/** As the AWS SDK reads it. */
const retrySettings = { mostAttempts: wholeNumber('AWS_MAX_ATTEMPTS', 3, '', { from: 1, to: 100 }) };
const CONNECT_MS = 1_000;
