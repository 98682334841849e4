import { getSecretValueInput } from '../../../aws-call/inputs.ts';
import { pagesOf } from '../../../aws-call/pages-of.ts';
import { promisedList, promisedSecret, readableOf } from '../../../aws-call/promises.ts';
import { secret, type WantedSecret } from '../../../aws-call/wanted.ts';
import { type AwsServices, type CallJson, callAws } from '../../sdk/index.ts';
import { type SecretValue, secretBody } from '../aws-body.ts';
import { secretOf } from './aws-json.ts';
import type { CountCall } from './count-calls.ts';
import { type Fetched, joinFetched, lazily } from './source.ts';

/** AWS Secrets Manager: a single secret by one signed call; batches and roles by the official client, loaded when needed. One client a role. */
export function secretsManager(aws: AwsServices, call: CallJson, maxConnections: number, count: CountCall) {
  const clients = new Map<string | undefined, ReturnType<typeof clientFor>>();

  /** @param more further options of the client. */
  function clientFor(roleArn: string | undefined, more: { maxAttempts?: number } = {}) {
    return lazily(async () => {
      const sdk = await import('../../sdk/aws-sdk.ts');
      const options = await aws.clientOptions({ maxConnections, ...(roleArn === undefined ? {} : { roleArn }) });
      return { ...sdk, options, client: new sdk.SecretsManagerClient({ ...options, ...more }) };
    });
  }

  function clientOf(roleArn: string | undefined) {
    const known = clients.get(roleArn);
    if (known !== undefined) return known();
    if (clients.size > MAX_ROLES) throw new TooManyRolesError();
    const client = clientFor(roleArn);
    clients.set(roleArn, client);
    return client();
  }

  /** A throttled batch is not sent again: single reads have a hundred times its quota. */
  const batchClient = clientFor(undefined, { maxAttempts: 1 });

  async function fetchBatch(ids: readonly WantedSecret[], signal: AbortSignal): Promise<Fetched> {
    const { client, options, BatchGetSecretValueCommand } = await batchClient();
    const pages = pagesOf((next) => {
      const command = new BatchGetSecretValueCommand({ SecretIdList: ids.map(({ secretId }) => secretId), ...next });
      return count(() => callAws(options, signal, command, () => client.send(command, { abortSignal: signal })));
    });
    const parts: Fetched[] = [];
    for await (const { SecretValues, Errors = [] } of pages) {
      // The others are read one by one.
      const readable = readableOf(promisedList('SecretValues', SecretValues), promisedSecret);
      parts.push({
        found: readable.flatMap((value) => asWanted(value, ids)),
        failures: Errors.map(({ SecretId = '', ErrorCode, Message }) => ({
          wanted: secret(SecretId),
          error: Object.assign(new Error(Message), { name: ErrorCode, $metadata: { httpStatusCode: 400 } }),
        })),
      });
    }
    return joinFetched(parts);
  }

  async function fetchByRole(wanted: WantedSecret, signal: AbortSignal): Promise<SecretValue> {
    const { client, options, GetSecretValueCommand } = await clientOf(wanted.roleArn);
    const command = new GetSecretValueCommand(getSecretValueInput(wanted));
    const send = () => client.send(command, { abortSignal: signal });
    return promisedSecret(await count(() => callAws(options, signal, command, send)));
  }

  async function fetchOne(wanted: WantedSecret, signal: AbortSignal): Promise<SecretValue> {
    const input = getSecretValueInput(wanted);
    const request = { service: 'secretsmanager', target: 'secretsmanager.GetSecretValue', input } as const;
    return secretOf(await count(() => call(request, signal)));
  }

  return {
    async fetch(wanted: WantedSecret, signal: AbortSignal): Promise<string> {
      return secretBody(await (wanted.roleArn === undefined ? fetchOne : fetchByRole)(wanted, signal));
    },

    /** At most 20, without roles, versions and stages. */
    fetchBatch,
  };
}

/** AWS's agent has the same bound: each role has credentials and connections of its own. */
export class TooManyRolesError extends Error {
  override readonly name = 'MaxRolesExceeded';
  readonly $metadata = { httpStatusCode: 400 };

  constructor() {
    super(`More than ${MAX_ROLES} roles are in use`);
  }
}

/** AWS does not say which id found a secret: it may have been its name, or its ARN with or without the random end. */
function asWanted(value: SecretValue, ids: readonly WantedSecret[]): Fetched['found'] {
  const names = [value.Name, value.ARN, value.ARN?.replace(/-\w{6}$/, '')];
  const body = secretBody(value);
  return ids.filter(({ secretId }) => names.includes(secretId)).map((wanted) => ({ wanted, value: body }));
}

const MAX_ROLES = 20;
