import { secretTexts } from '../../aws-call/secret-texts.ts';
import { READ_BEFORE_SNAPSHOT } from '../../aws-call/snapshot-warning.ts';
import { longestCallMs } from '../../aws-call/value-cache.ts';
import { defineExtension, type HostServices, type Log, type SettingValues } from '../sdk/index.ts';
import { type SecretsMetrics, secretsMetrics } from './metrics.ts';
import { prefetchList } from './prefetch-list.ts';
import { type ValueReader, valueReader } from './read-value.ts';
import { servedTexts } from './served-values.ts';
import { secretsServer } from './server.ts';
import { settings } from './settings.ts';
import { announced } from './sources/announced.ts';
import { awsSource } from './sources/aws.ts';
import { localFileSource } from './sources/local-file.ts';

/** Secrets and parameters over HTTP, from memory: takes the place of AWS's two agents. */
export const secrets = defineExtension({
  name: 'secrets',
  settings,
  listens: { secrets: settings.httpPort },
  startsWhen: [settings.prefetch],
  // Each takes some 10 ms to load.
  warmUp: () => Promise.all([import('../../aws-call/sign.ts'), import('node:https')]),
  async init({ settings, host }) {
    const log = host.log.atLevel(settings.logLevel);
    if (!host.aws.hasSessionToken)
      log.error(
        'every request gets 403, because AWS_SESSION_TOKEN is not set. Lambda sets it; elsewhere set it yourself.',
      );

    for (const line of longTimesToLive(settings)) log.info(line);

    const metrics = secretsMetrics();
    const warnBeforeSnapshot = snapshotWarning(() => host.isSnapshotAhead() && !settings.isAllowedInSnapshot, log);
    const chosen = chooseSource(settings, host, log, metrics);
    const reader = valueReader({
      ...chosen,
      source: announced(chosen.source, (body) => {
        warnBeforeSnapshot();
        host.secretsInUse.announce(secretTexts(body));
      }),
      clock: host.clock,
      log,
      metrics,
      deadlineMs: host.deadlineMs,
    });
    host.metrics.provide('secrets', metrics.snapshot);
    const texts = servedTexts();
    host.secretsInUse.provide('secrets', () => texts(reader.servedValues()));
    const handle = secretsServer({ aws: host.aws, reader });
    const server = await host.http.serve({ name: 'secrets', port: settings.httpPort, handle });
    const stopTimer = host.isManagedInstances ? refreshByTimer(reader, settings.refreshAhead) : () => undefined;

    return {
      invokeBoundMs: settings.refreshAhead === 0 ? 0 : RENEWAL_BOUND_MS,
      ready: () => reader.prefetch(prefetchList(settings.prefetch)),
      invoke: () => reader.refreshAhead(),
      restore: () => reader.forgetServed(),
      beforeSnapshot() {
        reader.forgetAll();
        // It keeps the texts of the bodies that it was shown last.
        texts([]);
      },
      // The values end with the process, not here: what the function logged last has yet to be redacted.
      async shutdown() {
        stopTimer();
        await server.close();
      },
    };
  },
});

/** A read is answered even so: a module that awaits it would otherwise wait for the restore that it holds up itself. */
function snapshotWarning(isUnwanted: () => boolean, log: Log): () => void {
  let isSaid = false;
  return () => {
    if (isSaid || !isUnwanted()) return;
    isSaid = true;
    log.warn(READ_BEFORE_SNAPSHOT);
  };
}

/** AWS's extension cuts a longer time to live: say that ours does not. */
function longTimesToLive({ secretTtlSeconds, parameterTtlSeconds }: Values): string[] {
  return Object.entries({ secrets: secretTtlSeconds, parameters: parameterTtlSeconds }).flatMap(([what, seconds]) =>
    seconds > AWS_LONGEST_TTL_SECONDS
      ? [`${what} are served from memory for ${seconds} s; AWS’s extension allows ${AWS_LONGEST_TTL_SECONDS} s at most`]
      : [],
  );
}

/** The file, where it is allowed, is read at each request: a change on disk is seen at once. */
function chooseSource(
  settings: Values,
  { aws, clock, isEmulator, isManagedInstances }: HostServices,
  log: Log,
  metrics: SecretsMetrics,
) {
  const { localFile, isLocalFileForced } = settings;
  if (localFile !== undefined && (isEmulator || isLocalFileForced)) {
    return { source: localFileSource(localFile, metrics), settings: { ...settings, isCacheEnabled: false } };
  }
  if (localFile !== undefined) {
    log.error(
      'SECRETS_LOCAL_FILE is read in the emulator only. Using AWS. Set SECRETS_LOCAL_FILE_FORCE=1 to read it here, too.',
    );
  }
  return {
    source: awsSource({
      aws,
      clock,
      log,
      metrics,
      maxConnections: settings.maxConnections,
      batchMode: settings.batchMode,
      isManagedInstances,
      longestMs: longestCallMs(settings),
    }),
    settings,
  };
}

function refreshByTimer(reader: ValueReader, refreshAhead: number): () => void {
  if (refreshAhead === 0) return () => undefined;
  const timer = setInterval(() => void reader.refreshAhead(), TIMER_MS).unref();
  return () => clearInterval(timer);
}

type Values = SettingValues<typeof settings>;

/** How long an invocation waits for a renewal. One that the freeze cuts is tried again. */
const RENEWAL_BOUND_MS = 1_000;
const TIMER_MS = 1_000;
const AWS_LONGEST_TTL_SECONDS = 300;
