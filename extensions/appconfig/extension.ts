import { orAborted } from '../../foundation/or-aborted.ts';
import { defineExtension, type HostServices, type Log, type SettingValues } from '../sdk/index.ts';
import { type Configurations, configurations as everyConfiguration } from './configurations.ts';
import { copies } from './copies.ts';
import { experimentsNotice } from './experiments.ts';
import { type ManifestLoader, manifestLoader } from './manifest-loader.ts';
import { appConfigMetrics } from './metrics.ts';
import { pollTimeoutMs } from './poll-timeout.ts';
import { prefetchList } from './prefetch-list.ts';
import { prepare } from './prepare.ts';
import type { Profile } from './profile.ts';
import { proxyOf } from './proxy.ts';
import { appConfigServer } from './server.ts';
import { settings } from './settings.ts';
import { appConfigSource } from './sources/app-config.ts';
import { localDirectorySource } from './sources/local-directory.ts';
import type { Source } from './sources/source.ts';

/** Configurations and feature flags over HTTP, from memory: takes the place of AWS's agent. */
export const appconfig = defineExtension({
  name: 'appconfig',
  settings,
  listens: { appconfig: settings.httpPort },
  startsWhen: [settings.prefetch, settings.manifest],
  warmUp: () => import('../sdk/aws-sdk.ts'),
  async init({ settings, host }) {
    const log = host.log.atLevel(settings.logLevel);
    const { clock } = host;
    const metrics = appConfigMetrics();
    const entryOf = ({ key }: Profile) => manifest.current().get(key);

    const source = chooseSource(settings, host, log, (profile) => entryOf(profile)?.role);
    const { restore, write } = copies(settings.backupDirectory, log);
    const configurations = everyConfiguration({
      source,
      settings,
      prepare: (profile, fetched) =>
        prepare(fetched, {
          key: profile.key,
          schema: entryOf(profile)?.schema,
          log,
          announceWork: host.announceWork,
        }),
      restore,
      onChange: (profile, configuration) => write(profile, configuration, entryOf(profile)?.writeTo),
      deadlineMs: host.deadlineMs,
      clock,
      log,
      metrics,
    });
    const manifest = manifestLoader({
      text: settings.manifest,
      fetch: async (profile) => String((await configurations.read(profile)).content),
      onRead: configurations.forget,
      log,
    });
    host.metrics.provide('appconfig', () => metrics.snapshot(configurations.status()));

    const listed = async () => {
      await manifest.load();
      return [...manifest.current().values()].map(({ profile }) => profile);
    };

    const ownMs = () =>
      pollTimeoutMs({ configuredMs: settings.pollTimeoutMs, deadlineMs: host.deadlineMs(), nowMs: clock.wallMs() });
    const readable = settings.isManifestAwaited ? onceLoaded(manifest, configurations, ownMs) : configurations;
    const onExperiment = experimentsNotice(log);
    if (settings.experimentAssignments !== undefined)
      onExperiment('AWS_APPCONFIG_EXTENSION_EXPERIMENT_ASSIGNMENT_LOG_DESTINATION');
    const onTooLong = metrics.tookTooLong;
    const handle = appConfigServer({ configurations: readable, clock, log, onTooLong, onExperiment });
    const server = await host.http.serve({ name: 'appconfig', port: settings.httpPort, handle });
    const stopWatching = source.watch?.(() => void configurations.pollAll());
    const poll = async (signal?: AbortSignal) => {
      if (!manifest.isLoaded()) await configurations.prefetch(await listed());
      await configurations.pollDue(signal);
    };
    const stopTimer = host.isManagedInstances ? callByTimer(poll) : () => undefined;
    /** With the configurations go their sessions. */
    const forget = () => {
      configurations.clear();
      manifest.forget();
    };

    return {
      invokeBoundMs: POLL_BOUND_MS,
      async ready() {
        // The manifest may name the role for the listed configurations.
        await configurations.prefetch([...(await listed()), ...prefetchList(settings.prefetch, log)]);
      },
      invoke: (_event, { signal }) => poll(signal),
      beforeSnapshot: forget,
      restore: forget,
      async shutdown() {
        stopTimer();
        stopWatching?.();
        configurations.clear();
        await server.close();
      },
    };
  },
});

function chooseSource(settings: Values, { aws }: HostServices, log: Log, roleOf: RoleOf): Source {
  const { localDirectory, maxConnections, region, pollIntervalSeconds } = settings;
  if (localDirectory !== undefined) return localDirectorySource(localDirectory, log);
  const { roleArn, roleExternalId: externalId, roleSessionName: sessionName } = settings;
  const defaultRole = roleArn === undefined ? undefined : { arn: roleArn, externalId, sessionName };
  return appConfigSource({
    aws,
    maxConnections,
    region,
    proxy: proxyOf(settings.proxyUrl, settings.proxyHeaders, log),
    pollIntervalSeconds,
    roleOf: (profile) => roleOf(profile) ?? defaultRole,
  });
}

/**
 * Nobody is answered before the manifest is read: it may say by which role.
 * @param ownMs how long a reader has: the manifest may have been asked for before the invocation.
 */
function onceLoaded(manifest: ManifestLoader, { read, next }: Configurations, ownMs: () => number): Readable {
  const loaded = () => orAborted(manifest.load(), AbortSignal.timeout(ownMs()));
  return {
    read: (profile) => (manifest.isTried() ? read(profile) : loaded().then(() => read(profile))),
    next,
  };
}

function callByTimer(poll: () => Promise<void>): () => void {
  const timer = setInterval(() => void poll(), TIMER_MS).unref();
  return () => clearInterval(timer);
}

type Readable = Pick<Configurations, 'read' | 'next'>;
type Values = SettingValues<typeof settings>;
type RoleOf = Parameters<typeof appConfigSource>[0]['roleOf'];

/** How long an invocation waits for a poll. One that the freeze cuts is tried again. */
const POLL_BOUND_MS = 1_000;
const TIMER_MS = 1_000;
