import { credentialsFromLambda } from '../aws-call/credentials.ts';
import { openCaller } from '../aws-call/open-caller.ts';
import { longestCallMs } from '../aws-call/value-cache.ts';
import { valueSettings } from '../aws-call/value-settings.ts';
import { backgroundClock as clock } from '../foundation/clock.ts';
import { type Environment, readSettings } from '../foundation/settings.ts';
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
  const call = openCaller({
    environment,
    credentials: credentialsFromLambda(environment, containerCredentials(environment), clock).credentials,
    clock,
    maxConnections: settings.maxConnections,
    longestMs: longestCallMs(settings),
    isBackground: true,
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
