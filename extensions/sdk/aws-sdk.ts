/**
 * Everything we use of the AWS SDK. The build makes this file a bundle of its own, loaded at the first call to AWS:
 * it costs some 30 ms and 13 MB, which a function that reads nothing must not pay. So import it with `import()`.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { fromHttp } from '@aws-sdk/credential-provider-http';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Clock } from '../../foundation/clock.ts';
import type { AwsClientOptions } from './host-services.ts';

export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
export { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

export function createClientOptions({
  region,
  containerCredentials,
  maxConnections,
  clock,
}: ClientSettings): AwsClientOptions {
  return {
    ...(region === undefined ? {} : { region }),
    // Lambda's two ways and no other: a search through files, instance metadata and SSO takes seconds to find nothing.
    credentials:
      containerCredentials === undefined
        ? fromEnv()
        : fromHttp({
            awsContainerCredentialsFullUri: containerCredentials.url,
            ...(containerCredentials.token === undefined
              ? {}
              : { awsContainerAuthorizationToken: containerCredentials.token }),
          }),
    requestHandler: new FreezeSafeHandler(maxConnections, clock),
  };
}

export interface ClientSettings {
  region: string | undefined;
  containerCredentials: { url: string; token: string | undefined } | undefined;
  maxConnections: number;
  clock: Clock;
}

/** While the environment is frozen the other end closes idle sockets, and the next request would meet an ECONNRESET. */
class FreezeSafeHandler extends NodeHttpHandler {
  readonly #agents: readonly HttpAgent[];
  readonly #clock: Clock;
  #lastUsedAtMs = 0;

  constructor(maxSockets: number, clock: Clock) {
    const httpAgent = new HttpAgent({ keepAlive: true, maxSockets });
    const httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets });
    super({ connectionTimeout: CONNECT_TIMEOUT_MS, httpAgent, httpsAgent });
    this.#agents = [httpAgent, httpsAgent];
    this.#clock = clock;
  }

  override async handle(...call: Parameters<NodeHttpHandler['handle']>) {
    const idleMs = Math.abs(this.#clock.wallMs() - this.#lastUsedAtMs);
    if (idleMs > LONGEST_IDLE_MS) this.#dropIdleSockets();
    try {
      return await super.handle(...call);
    } finally {
      this.#lastUsedAtMs = this.#clock.wallMs();
    }
  }

  #dropIdleSockets(): void {
    for (const agent of this.#agents) {
      for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    }
  }
}

const CONNECT_TIMEOUT_MS = 1_000;
const LONGEST_IDLE_MS = 2_000;
