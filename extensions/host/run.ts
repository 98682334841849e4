import type { Clock } from '../../foundation/clock.ts';
import { createLog, type Log, type LogLevel } from '../../foundation/log.ts';
import { type Environment, readSettings } from '../../foundation/settings.ts';
import { isManagedInstances, lambdaVariables } from '../../lambda-api/environment.ts';
import type { TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { AwsServices, ExtensionDefinition, HostServices } from '../sdk/index.ts';
import type { Catalog } from './catalog.ts';
import { chooseExtensions } from './choose-extensions.ts';
import type { EventSource } from './event-sources/event-source.ts';
import { handlerCalls, type RunningExtension } from './handlers.ts';
import { serveOrInherit } from './services/http.ts';
import { hostSettings } from './settings.ts';
import { openTelemetryListener, subscribeToTelemetry } from './telemetry-listener.ts';

export interface HostOptions {
  /** File name of the executable that Lambda started; Lambda knows the extension by it. */
  name: string;
  environment: Environment;
  catalog: Catalog;
  source: (log: Log) => EventSource;
  aws: AwsServices;
  clock: Clock;
  writeLine?: (line: string) => void;
}

/** The life of the host: listeners, register, telemetry, then events until SHUTDOWN. */
export async function run({ name, environment, catalog, source, aws, clock, writeLine }: HostOptions): Promise<void> {
  const { values: settings, problems } = readSettings(hostSettings, environment);
  const logOf = (speaker: string, level: LogLevel = settings.logLevel) =>
    createLog({
      name: speaker,
      level,
      format: environment[lambdaVariables.logFormat] === 'JSON' ? 'json' : 'text',
      ...(writeLine === undefined ? {} : { write: writeLine }),
    });
  const log = logOf('host');

  const choice = chooseExtensions(name, settings.enabled, [...catalog.keys()]);
  for (const problem of [...problems, ...choice.problems]) log.warn(problem);

  const http = serveOrInherit(environment, log);
  const starts = await Promise.all(choice.names.map(start));
  const started = starts.filter((extension) => extension !== undefined);
  const calls = handlerCalls(started, clock);

  const events = source(log);
  const telemetryTypes = [...new Set(started.flatMap((extension) => extension.telemetryTypes))];
  const telemetry = telemetryTypes.length === 0 ? undefined : await listenForTelemetry();
  await events.register(name, isManagedInstances(environment) ? ['SHUTDOWN'] : ['INVOKE', 'SHUTDOWN']);
  if (telemetry !== undefined) await subscribeToTelemetry(events, telemetryTypes, telemetry.port, log);

  setImmediate(() => void calls.ready());
  for await (const { event, done } of events.events()) {
    if (event.eventType === 'INVOKE') await calls.invoke(event);
    else await calls.shutdown(event);
    done();
  }
  await telemetry?.close();

  async function start(extensionName: string): Promise<StartedExtension | undefined> {
    const extensionLog = logOf(extensionName);
    try {
      const definition = await catalog.get(extensionName)?.();
      return definition && (await init(definition, extensionLog));
    } catch (error) {
      extensionLog.error(`is off, because it could not start: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  async function init(definition: ExtensionDefinition, extensionLog: Log): Promise<StartedExtension | undefined> {
    const { values, problems } = readSettings(definition.settings, environment);
    if (choice.isAutomatic && definition.enabled?.(values) === false) return undefined;
    for (const problem of problems) extensionLog.warn(problem);

    const host: HostServices = {
      clock,
      log: { ...extensionLog, atLevel: (level) => logOf(definition.name, level) },
      http,
      aws,
    };
    const handlers = await definition.init({ settings: values, host });
    const telemetryTypes = definition.telemetryTypes?.(values) ?? [];
    return { name: definition.name, handlers, log: extensionLog, telemetryTypes };
  }

  async function listenForTelemetry() {
    const options = {
      port: settings.telemetryPort,
      on: (records: Parameters<typeof calls.telemetry>[0]) => void calls.telemetry(records),
      log,
    };
    return openTelemetryListener(options).catch((error: unknown) => {
      log.error(`no telemetry, because its port could not be opened: ${String(error)}`);
      return undefined;
    });
  }
}

interface StartedExtension extends RunningExtension {
  readonly telemetryTypes: readonly TelemetryType[];
}
