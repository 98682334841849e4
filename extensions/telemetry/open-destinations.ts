import { awsEndpoint, awsSettings, endpointVariables } from '../../aws-call/endpoint.ts';
import { localFileSettings } from '../../aws-call/local-file.ts';
import { environmentRandom } from '../../foundation/random.ts';
import { readTextSync } from '../../foundation/read-text.ts';
import type { HostServices, SettingValues } from '../sdk/index.ts';
import { awsJson } from './config/aws-json.ts';
import { type Config, readConfig } from './config/config.ts';
import { localCalls } from './config/local-calls.ts';
import { referenceResolver } from './config/references.ts';
import { hasReferences, type ResolvedExporter, resolvedExporter } from './config/resolved-exporter.ts';
import { unreadVariables } from './config/unread-variables.ts';
import { type Destination, type DestinationOptions, openDestination } from './deliver/destination.ts';
import { destinationTypes } from './exporters/catalog.ts';
import type { ExporterContext } from './exporters/exporter.ts';
import { lossItem } from './items/loss-item.ts';
import type { settings } from './settings.ts';

export interface Destinations {
  readonly all: readonly Destination[];
  readonly failover: Destination | undefined;
  readonly routes: Config['routes'];
  /** Names of those that can be sent to only when references in their settings are read. */
  readonly withReferences: ReadonlySet<string>;
  /** The types that the settings name. */
  readonly types: ReadonlySet<string>;
  /** What was read for settings, to be redacted. */
  readonly secrets: () => Iterable<string>;
}

interface OpenOptions extends Pick<DestinationOptions, 'send' | 'onSending' | 'onFlushed'> {
  readonly context: ExporterContext;
}

/** Opens the destinations that the settings name; undefined if there are none. */
export async function openDestinations(
  values: SettingValues<typeof settings>,
  host: HostServices,
  { context, send, onSending, onFlushed }: OpenOptions,
): Promise<Destinations | undefined> {
  const { clock, log } = host;
  const { config, problems } = await readConfig({
    text: values.config,
    types: values.destinations,
    catalog: destinationTypes,
    readFile: readTextSync,
    settings: host.settings,
  });
  for (const problem of problems) log.error(problem);
  if (config === undefined || config.destinations.length === 0) return undefined;
  const types = new Set(config.destinations.map(({ type }) => type));
  for (const line of unreadVariables(types, host.settings)) log.warn(line);

  const aws = awsJson({ send, region: context.region, endpoint: endpointOf(host) });
  const { localFile, isLocalFileForced } = host.settings(localFileSettings);
  const isLocal = localFile !== undefined && (host.isEmulator || isLocalFileForced);
  const resolver = referenceResolver({
    aws: isLocal ? localCalls(localFile, aws) : aws,
    functionName: context.functionName,
    warn: log.warn,
  });
  let failover: Destination | undefined;
  const opened = await Promise.all(
    config.destinations.map(async (configured): Promise<Destination | undefined> => {
      const { name, where } = configured;
      let resolved: ResolvedExporter;
      try {
        resolved = await resolvedExporter(configured, context, resolver, log);
      } catch (error) {
        log.error(`${where}: ${error instanceof Error ? error.message : error}. This destination is ignored.`);
        return undefined;
      }
      if (resolved.signals.length === 0) {
        log.info(`${name} is switched off by its settings: nothing is sent there.`);
        return undefined;
      }
      return openDestination({
        name,
        ...resolved,
        hasEndpointPerSignal: configured.type.hasEndpointPerSignal === true,
        mostItems: values.bufferItems,
        mostBytes: values.bufferBytes,
        send,
        clock,
        random: environmentRandom,
        log,
        lossItem: (...loss) => lossItem({ destination: name, source: context.source }, ...loss),
        failover: () => failover,
        onSending,
        onFlushed,
      });
    }),
  );
  const all = opened.filter((one) => one !== undefined);
  if (all.length === 0) return undefined;
  failover = all.find(({ name }) => name === config.failover);
  return {
    all,
    failover,
    routes: config.routes,
    withReferences: new Set(config.destinations.filter(hasReferences).map(({ name }) => name)),
    types: new Set([...types].map(({ name }) => name)),
    secrets: resolver.values,
  };
}

function endpointOf({ settings }: HostServices) {
  return (service: keyof typeof endpointVariables, region: string) =>
    awsEndpoint(service, region, settings(awsSettings(endpointVariables[service])));
}
