/**
 * Everything we use of the AWS SDK. The build makes this file a bundle of its own, loaded at the first call to AWS:
 * it costs some 30 ms and 13 MB, which a function that reads nothing must not pay. So import it with `import()`.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';
import { promisedCredentials } from '../../aws-call/promises.ts';
import type { Clock } from '../../foundation/clock.ts';
import { idleSockets } from '../../foundation/idle-sockets.ts';
import type { AwsCredentials } from '../../lambda-api/container-credentials.ts';
import { boundedBody } from './bounded-body.ts';
import type { AssumedRole, AwsClientOptions, AwsProxy } from './host-services.ts';
import { inTurn } from './in-turn.ts';
import { keptCredentials } from './kept-credentials.ts';

export {
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
export { GetParameterCommand, GetParametersByPathCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';

export function createClientOptions(settings: ClientSettings): AwsClientOptions {
  const options = {
    ...(settings.region === undefined ? {} : { region: settings.region }),
    credentials: credentialsFromLambda(settings),
    requestHandler: new FreezeSafeHandler(settings),
  };
  const { roleArn, role } = settings;
  return roleArn === undefined
    ? options
    : { ...options, credentials: keptCredentials(assumeRole(roleArn, role, options), settings.clock) };
}

export interface ClientSettings {
  region: string | undefined;
  /** Those of the endpoint that Lambda names, kept and renewed. Undefined where they are in the environment. */
  containerCredentials: (() => Promise<AwsCredentials>) | undefined;
  /** Assumed with the function's own credentials. */
  roleArn: string | undefined;
  role: AssumedRole;
  /** In place of `proxyEnvironment`. */
  proxy: AwsProxy | undefined;
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. */
  proxyEnvironment: Record<string, string>;
  maxConnections: number;
  clock: Pick<Clock, 'wallMs'>;
  /** Called when a call has ended. */
  onAnswered: () => void;
}

/** From the environment or the endpoint that Lambda names. A search through files, instance metadata and SSO takes seconds and finds nothing. */
function credentialsFromLambda({ containerCredentials }: ClientSettings): AwsClientOptions['credentials'] {
  if (containerCredentials === undefined) return fromEnv();
  // Without that mark each client would keep them, also over a restore from a snapshot, after which there are others.
  return Object.assign(() => containerCredentials(), { memoized: true });
}

/** The clients keep credentials until shortly before they expire, and then ask for new ones. */
function assumeRole(
  roleArn: string,
  { externalId, sessionName = 'lambda-node-extended', durationSeconds }: AssumedRole,
  options: AwsClientOptions,
): AwsClientOptions['credentials'] {
  const sts = new STSClient(options);
  return async () => {
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
      ...(durationSeconds === undefined ? {} : { DurationSeconds: durationSeconds }),
    });
    const abortSignal = AbortSignal.timeout(CREDENTIALS_TIMEOUT_MS);
    const { Credentials } = await sts.send(command, { abortSignal });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = promisedCredentials(Credentials);
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  };
}

/** While the environment is frozen the other end closes idle sockets, and the next request would meet an ECONNRESET. */
class FreezeSafeHandler extends NodeHttpHandler {
  readonly #idle: ReturnType<typeof idleSockets>;
  readonly #onAnswered: () => void;
  /** In the agents' own queue the wait for a socket would count as the time that a connection may take. */
  readonly #inTurn: ReturnType<typeof inTurn>;
  #endpoint: string | undefined;

  constructor(settings: ClientSettings) {
    const { httpAgent, httpsAgent } = agents(settings);
    super({ connectionTimeout: CONNECT_TIMEOUT_MS, httpAgent, httpsAgent });
    this.#idle = idleSockets([httpAgent, httpsAgent], settings.clock.wallMs);
    this.#onAnswered = settings.onAnswered;
    this.#inTurn = inTurn(settings.maxConnections);
  }

  get endpoint(): string | undefined {
    return this.#endpoint;
  }

  override handle(...call: Parameters<NodeHttpHandler['handle']>) {
    return this.#inTurn(() => this.#handleNow(call));
  }

  async #handleNow(call: Parameters<NodeHttpHandler['handle']>) {
    this.#endpoint = call[0].hostname;
    this.#idle.dropStale();
    try {
      const { response } = await super.handle(...call);
      if (response.body instanceof Readable) response.body = boundedBody(response.body, LONGEST_ANSWER_BYTES);
      return { response };
    } finally {
      this.#idle.used();
      this.#onAnswered();
    }
  }
}

/** Node's own support of proxies cannot send headers to the proxy. */
function agents({ maxConnections: maxSockets, proxyEnvironment: proxyEnv, proxy }: ClientSettings) {
  const common = { keepAlive: true, maxSockets };
  if (proxy === undefined) {
    return { httpAgent: new HttpAgent({ ...common, proxyEnv }), httpsAgent: new HttpsAgent({ ...common, proxyEnv }) };
  }
  const through = { ...common, proxy: proxy.url, proxyRequestOptions: { headers: proxy.headers } };
  return { httpAgent: new HttpProxyAgent(through), httpsAgent: new HttpsProxyAgent(through) };
}

/** Several times what AWS sends: a configuration of 4 MB, 20 secrets of 64 KB. */
const LONGEST_ANSWER_BYTES = 16 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 1_000;
/** The SDK has no time-out, and all callers wait for the same try. */
const CREDENTIALS_TIMEOUT_MS = 3_000;
