import { readFileSync } from 'node:fs';
import { awsEndpoint } from '../../aws-call/endpoint.ts';
import type { HostServices, SettingValues } from '../sdk/index.ts';
import { awsJson } from './config/aws-json.ts';
import { type Config, readConfig } from './config/config.ts';
import { type ConfiguredDestination, settingsOf } from './config/configured-destination.ts';
import { findReferences } from './config/reference.ts';
import { type ReferenceResolver, referenceResolver } from './config/references.ts';
import type { Send } from './deliver/deliver.ts';
import { type Outlet, outlet } from './deliver/outlet.ts';
import { destinationCatalog } from './exporters/catalog.ts';
import { awsSettings } from './exporters/encoding/aws-settings.ts';
import type { Exporter, ExporterContext } from './exporters/exporter.ts';
import type { Signal } from './items/item.ts';
import { lossItem } from './items/loss-item.ts';
import type { settings } from './settings.ts';

export interface OpenOutlet extends Outlet {
  readonly signals: ReadonlySet<Signal>;
}

export interface Outlets {
  readonly all: readonly OpenOutlet[];
  readonly failover: OpenOutlet | undefined;
  readonly routes: Config['routes'];
  /** What was read for settings, for redaction. */
  readonly secrets: () => Iterable<string>;
}

/** The destinations that the settings name, ready to take items; undefined where there is none. */
export async function openOutlets(
  values: SettingValues<typeof settings>,
  host: HostServices,
  { context, send, onFlushed }: { context: ExporterContext; send: Send; onFlushed: () => void },
): Promise<Outlets | undefined> {
  const { config, problems } = await readConfig({
    text: values.config,
    types: values.destinations,
    catalog: destinationCatalog,
    readFile: (path) => readFileSync(path, 'utf8'),
    settings: host.settings,
  });
  for (const problem of problems) host.log.error(problem);
  if (config === undefined || config.destinations.length === 0) return undefined;

  const resolver = referenceResolver({
    aws: awsJson({ send, region: context.region, endpoint: endpointOf(host) }),
    functionName: context.functionName,
    warn: host.log.warn,
  });
  const opened = await Promise.all(
    config.destinations.map(async (configured): Promise<OpenOutlet | undefined> => {
      const exporter = exporterWhenResolved(configured, context, resolver, host);
      let signals: readonly Signal[];
      try {
        // What needs no call can be made, and be wrong, now.
        signals = hasReferences(configured)
          ? signalsForNow(configured, context)
          : ((await exporter(NEVER)).signals ?? configured.destination.signals);
      } catch (error) {
        host.log.error(`${configured.where}: ${error instanceof Error ? error.message : error}. It is left out.`);
        return undefined;
      }
      return {
        signals: new Set(signals),
        ...outlet({
          name: configured.name,
          exporter,
          mostItems: values.bufferItems,
          mostBytes: values.bufferBytes,
          send,
          clock: host.clock,
          random: Math.random,
          log: host.log,
          lossItem: signals.includes('metrics')
            ? (...loss) => lossItem({ destination: configured.name, source: context.source }, ...loss)
            : undefined,
          onFlushed,
        }),
      };
    }),
  );
  const all = opened.filter((one) => one !== undefined);
  if (all.length === 0) return undefined;
  return {
    all,
    failover: all.find(({ name }) => name === config.failover),
    routes: config.routes,
    secrets: resolver.values,
  };
}

/** Made at the first flush, since references cost calls, and made again when a key was refused: it may have been rotated. */
function exporterWhenResolved(
  configured: ConfiguredDestination,
  context: ExporterContext,
  resolver: ReferenceResolver,
  { log }: HostServices,
): (signal: AbortSignal) => Promise<Exporter> {
  let made: Exporter | undefined;
  let isSaid = false;
  return async (signal) => {
    if (made !== undefined) return made;
    const texts = await resolver.resolve(configured.texts, signal, configured.destination.settings);
    if (texts === undefined) throw new Error('a reference in its settings cannot be read');
    const { values, problems } = settingsOf(configured, texts);
    if (!isSaid) for (const problem of problems) log.warn(problem);
    isSaid = true;
    const exporter = configured.destination.exporter(values, context);
    made = {
      ...exporter,
      judge(response, request) {
        const verdict = exporter.judge(response, request);
        if (verdict.kind === 'refused') {
          resolver.forget(configured.texts);
          made = undefined;
        }
        return verdict;
      },
    };
    return made;
  };
}

/** Mostly the same, whatever the references say: they stand for keys. */
function signalsForNow(configured: ConfiguredDestination, context: ExporterContext): readonly Signal[] {
  const { destination, texts } = configured;
  try {
    return destination.exporter(settingsOf(configured, texts).values, context).signals ?? destination.signals;
  } catch {
    return destination.signals;
  }
}

function hasReferences({ texts }: ConfiguredDestination): boolean {
  return Object.values(texts).some((text) => text !== undefined && findReferences(text).length > 0);
}

const NEVER = new AbortController().signal;

function endpointOf({ settings }: HostServices) {
  return (service: keyof typeof ENDPOINT_VARIABLES, region: string) =>
    awsEndpoint(service, region, settings(awsSettings(ENDPOINT_VARIABLES[service])));
}

/** As the SDKs of AWS call the services in their variables. */
const ENDPOINT_VARIABLES = { secretsmanager: 'SECRETS_MANAGER', ssm: 'SSM', kms: 'KMS' } as const;
