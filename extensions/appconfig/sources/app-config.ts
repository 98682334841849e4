import type { BadRequestException } from '@aws-sdk/client-appconfigdata';
import { promisedText } from '../../../aws-call/promises.ts';
import { UnreadableAnswerError } from '../../../aws-call/unreadable-answer.ts';
import { lazily } from '../../../foundation/lazily.ts';
import { orAborted } from '../../../foundation/or-aborted.ts';
import { type AssumedRole, type AwsProxy, type AwsServices, callAws } from '../../sdk/index.ts';
import type { Profile } from '../profile.ts';
import type { Feed, Polled, Source } from './source.ts';

export interface AppConfigOptions {
  aws: Pick<AwsServices, 'clientOptions'>;
  maxConnections: number;
  region: string | undefined;
  proxy: AwsProxy | undefined;
  pollIntervalSeconds: number;
  /** The role that reads the configuration, if it is another than the function's. */
  roleOf: (profile: Profile) => Role | undefined;
}

export interface Role extends AssumedRole {
  readonly arn: string;
}

/** AWS AppConfig, by the official client, which is loaded at the first poll. One client a role. */
export function appConfigSource(options: AppConfigOptions): Source {
  const clients = new Map<string, () => Promise<Client>>();
  const clientOf = (role: Role | undefined) => {
    const key = JSON.stringify(role ?? '');
    const known = clients.get(key) ?? lazily(() => connect(options, role));
    clients.set(key, known);
    return known();
  };
  return {
    open: (profile) => tokenChain(profile, options.pollIntervalSeconds, () => clientOf(options.roleOf(profile))),
  };
}

type Client = Awaited<ReturnType<typeof connect>>;

async function connect({ aws, maxConnections, region, proxy }: AppConfigOptions, role: Role | undefined) {
  const { arn, ...more } = role ?? {};
  const options = await aws.clientOptions({
    maxConnections,
    ...(region === undefined ? {} : { region }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(arn === undefined ? {} : { roleArn: arn, role: more }),
  });
  const sdk = await import('./appconfig-sdk.ts');
  return { ...sdk, options, client: new sdk.AppConfigDataClient(options) };
}

/**
 * A token is good for one answer, which brings the next token. An answer without content means that nothing has changed; the
 * first one of a session must have content. After a failure nobody knows whether the token was used: it is tried again, and when
 * it was used a new session begins.
 */
function tokenChain(
  { application, environment, name }: Profile,
  pollSeconds: number,
  connect: () => Promise<Client>,
): Feed {
  let token: string | undefined;
  let isAnswered = false;

  async function startSession({ client, options, StartConfigurationSessionCommand }: Client, signal: AbortSignal) {
    const command = new StartConfigurationSessionCommand({
      ApplicationIdentifier: application,
      EnvironmentIdentifier: environment,
      ConfigurationProfileIdentifier: name,
      RequiredMinimumPollIntervalInSeconds: Math.ceil(
        Math.min(Math.max(pollSeconds, SHORTEST_SECONDS), LONGEST_SECONDS),
      ),
    });
    const { InitialConfigurationToken } = await callAws(options, signal, command, () =>
      client.send(command, { abortSignal: signal }),
    );
    return promisedText('InitialConfigurationToken', InitialConfigurationToken);
  }

  async function ask({ client, options, GetLatestConfigurationCommand }: Client, signal: AbortSignal) {
    const command = new GetLatestConfigurationCommand({ ConfigurationToken: token });
    const answer = await callAws(options, signal, command, () => client.send(command, { abortSignal: signal }));
    const { buffer, byteOffset, byteLength } = answer.Configuration ?? new Uint8Array();
    const content = Buffer.from(buffer, byteOffset, byteLength);
    const isUnchanged = content.length === 0;
    // The token is used up: without another one, or with nothing to keep, only a new session brings the configuration.
    token = undefined;
    const next = promisedText('Next-Poll-Configuration-Token', answer.NextPollConfigurationToken);
    if (isUnchanged && !isAnswered) throw new UnreadableAnswerError('there is no configuration in the first answer');
    token = next;
    isAnswered = true;
    return {
      fetched: isUnchanged
        ? undefined
        : { content, contentType: answer.ContentType ?? DEFAULT_TYPE, version: answer.VersionLabel || undefined },
      nextPollMs: intervalMs(answer.NextPollIntervalInSeconds),
    };
  }

  return {
    async poll(signal): Promise<Polled> {
      const client = await orAborted(connect(), signal);
      for (let sessions = 0; ; ) {
        if (token === undefined) {
          sessions++;
          token = await startSession(client, signal);
          isAnswered = false;
        }
        try {
          return await ask(client, signal);
        } catch (error) {
          if (isAnswered && isTooEarly(error)) return { fetched: undefined, nextPollMs: undefined };
          if (!isRefusedToken(error)) throw error;
          token = undefined;
          if (sessions === MOST_SESSIONS) throw error;
        }
      }
    },
  };
}

/** Undefined where AppConfig gives none that it can mean. */
function intervalMs(seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds >= 0 && seconds <= LONGEST_SECONDS ? seconds * 1_000 : undefined;
}

function isRefusedToken(error: unknown): boolean {
  return (error as Error).name === 'BadRequestException';
}

/** The token stays good, and the answer would have been what we have. */
function isTooEarly(error: unknown): boolean {
  const parameters = (error as Partial<BadRequestException>).Details?.InvalidParameters ?? {};
  return Object.values(parameters).some(({ Problem }) => Problem === 'PollIntervalNotSatisfied');
}

/** In one poll: the SDK itself tries a call again, by the same token, when the first answer got lost. */
const MOST_SESSIONS = 2;
const DEFAULT_TYPE = 'application/octet-stream';
/** What AppConfig takes as an interval. */
const SHORTEST_SECONDS = 15;
const LONGEST_SECONDS = 86_400;
