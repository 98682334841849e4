import { credentialsFromLambda } from '../aws-call/credentials.ts';
import { awsEndpoint, awsSettings, endpointVariables } from '../aws-call/endpoint.ts';
import { proxyEnvironment } from '../aws-call/proxy-environment.ts';
import { openSender } from '../aws-call/send.ts';
import { signedCaller } from '../aws-call/signed-caller.ts';
import { LONGEST_MS } from '../aws-call/upstream-timeout.ts';
import { valueSettings } from '../aws-call/value-settings.ts';
import { backgroundClock as clock } from '../foundation/clock.ts';
import { type Environment, readSettings, wholeNumber } from '../foundation/settings.ts';
import { containerCredentials } from '../lambda-api/environment.ts';
import { awsSource, type FetchWanted } from './aws-source.ts';
import { type DirectReader, directReader } from './direct-reader.ts';
import { textsHandedOver } from './hand-over-texts.ts';
import { invocationDeadline } from './invocation-deadline.ts';
import { warn } from './warn.ts';
import { withoutSpans } from './without-spans.ts';

/** A reader that asks AWS itself, by what the environment says. Nothing of it keeps the process alive. */
export function openDirect(environment: Environment): DirectReader {
  const { values: settings } = readSettings(valueSettings, environment);
  const { mostAttempts } = readSettings(retrySettings, environment).values;
  const { send } = openSender({
    wallMs: clock.wallMs,
    proxyEnvironment: proxyEnvironment(environment),
    longestMs: Math.max(LONGEST_MS, settings.secretTimeoutMs, settings.parameterTimeoutMs),
    connectMs: CONNECT_MS,
    maxConnections: settings.maxConnections,
    isBackground: true,
  });
  const { credentials } = credentialsFromLambda(environment, containerCredentials(environment), clock);
  const call = signedCaller({
    send,
    credentials: () => credentials().catch(asOfSdk),
    region: environment.AWS_REGION || environment.AWS_DEFAULT_REGION || '',
    endpoint: (service, region) =>
      awsEndpoint(service, region, readSettings(awsSettings(endpointVariables[service]), environment).values),
    clock,
    random: Math.random,
    mostAttempts,
  });
  const fetch = awsSource(call, clock);
  const handOver = textsHandedOver(environment);
  const fetchAndHandOver: FetchWanted = async (wanted, signal) => {
    const json = await fetch(wanted, signal);
    await handOver(json);
    return json;
  };
  return directReader({
    settings,
    fetch: (wanted, signal) => withoutSpans(() => fetchAndHandOver(wanted, signal)),
    clock,
    deadlineMs: invocationDeadline(),
    warn,
  });
}

/** The SDK's name for it, which the extension passes on as the code. */
function asOfSdk(error: Error): never {
  throw Object.assign(error, { name: 'CredentialsProviderError' });
}

/** As the AWS SDK reads it. */
const retrySettings = { mostAttempts: wholeNumber('AWS_MAX_ATTEMPTS', 3, '', { from: 1, to: 100 }) };
const CONNECT_MS = 1_000;
