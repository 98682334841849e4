import { defineExtension, type HostServices, type Log, type SettingValues } from '../sdk/index.ts';
import { backup, writeCopy } from './backup.ts';
import { type Configurations, configurations as everyConfiguration } from './configurations.ts';
import { type ManifestLoader, manifestLoader } from './manifest-loader.ts';
import { appConfigMetrics } from './metrics.ts';
import { prepare } from './prepare.ts';
import { type Profile, parseProfile } from './profile.ts';
import { proxyOf } from './proxy.ts';
import { appConfigServer } from './server.ts';
import { settings } from './settings.ts';
import { appConfigSource } from './sources/app-config.ts';
import { localDirectorySource } from './sources/local-directory.ts';
import type { Fetched, Source } from './sources/source.ts';

/** Configurations and feature flags over HTTP, from memory: takes the place of AWS's agent. */
export const appconfig = defineExtension({
  name: 'appconfig',
  settings,
  listens: { appconfig: settings.httpPort },
  startsWhen: [settings.prefetch, settings.manifest],
  async init({ settings, host }) {
    const log = host.log.atLevel(settings.logLevel);
    const { clock } = host;
    const metrics = appConfigMetrics();
    const entryOf = ({ key }: Profile) => manifest.current().get(key);
    const prepareFor = (profile: Profile, fetched: Fetched) =>
      prepare(fetched, { key: profile.key, schema: entryOf(profile)?.schema, log });

    const source = chooseSource(settings, host, log, (profile) => entryOf(profile)?.role);
    const copies = copiesOf(settings.backupDirectory, log);
    const configurations = everyConfiguration({
      source,
      settings,
      prepare: prepareFor,
      restore: async (profile) => {
        const fetched = await copies.restore(profile);
        return fetched && prepareFor(profile, fetched);
      },
      onChange: (profile, configuration) => copies.write(profile, configuration, entryOf(profile)?.writeTo),
      deadlineMs: host.deadlineMs,
      clock,
      log,
      metrics,
    });
    const manifest = manifestLoader({
      text: settings.manifest,
      fetch: async (profile) => String((await configurations.read(profile)).content),
      log,
    });
    host.metrics.provide('appconfig', () => metrics.snapshot(configurations.status()));

    const readable = settings.isManifestAwaited ? onceLoaded(manifest, configurations) : configurations;
    const handle = appConfigServer({ configurations: readable, clock });
    const server = await host.http.serve({ name: 'appconfig', port: settings.httpPort, handle });
    const stopWatching = source.watch?.(() => void configurations.pollAll());
    const stopTimer = host.isManagedInstances ? pollByTimer(configurations) : () => undefined;

    return {
      invokeBoundMs: POLL_BOUND_MS,
      async ready() {
        // It may say by which role the listed ones are read.
        await manifest.load();
        const ofManifest = [...manifest.current().values()].map(({ profile }) => profile);
        await configurations.prefetch([...ofManifest, ...prefetchList(settings.prefetch, log)]);
      },
      invoke: (_event, { signal }) => configurations.pollDue(signal),
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

/** Nobody is answered before the manifest is read: it may say by which role. */
function onceLoaded(manifest: ManifestLoader, { read, next }: Configurations): Pick<Configurations, 'read' | 'next'> {
  return {
    read: (profile) => (manifest.isLoaded() ? read(profile) : manifest.load().then(() => read(profile))),
    next,
  };
}

/** What is written beside memory. A disk that is full costs a line in the log and nothing else. */
function copiesOf(folder: string | undefined, log: Log) {
  const kept = folder === undefined ? undefined : backup(folder);
  const complain = (what: string) => (error: Error) => log.error(`${what} could not be written: ${error.message}`);
  return {
    restore: async (profile: Profile) => kept?.read(profile),
    write(profile: Profile, fetched: Fetched, writeTo: string | undefined): void {
      kept?.write(profile, fetched).catch(complain(`the backup of ${profile.key}`));
      if (writeTo !== undefined) writeCopy(writeTo, fetched.content).catch(complain(`the copy of ${profile.key}`));
    },
  };
}

function prefetchList(texts: readonly string[], log: Log): Profile[] {
  return texts.flatMap((text) => {
    const profile = parseProfile(text);
    if (profile === undefined) log.error(`cannot prefetch ${JSON.stringify(text)}: expected App:Env:Config, or a path`);
    return profile === undefined ? [] : [profile];
  });
}

function pollByTimer({ pollDue }: Configurations): () => void {
  const timer = setInterval(() => void pollDue(), TIMER_MS).unref();
  return () => clearInterval(timer);
}

type Values = SettingValues<typeof settings>;
type RoleOf = Parameters<typeof appConfigSource>[0]['roleOf'];

/** The environment stays awake for a poll so long; one that is cut by the freeze is tried again. */
const POLL_BOUND_MS = 1_000;
const TIMER_MS = 1_000;
