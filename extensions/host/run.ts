import type { Clock } from '../../foundation/clock.ts';
import { createLog, type Log, type LogLevel } from '../../foundation/log.ts';
import { type Environment, readSettings } from '../../foundation/settings.ts';
import { isManagedInstances, lambdaVariables } from '../../lambda-api/environment.ts';
import type { AwsServices } from '../sdk/index.ts';
import type { Catalog } from './catalog.ts';
import { chooseExtensions } from './choose-extensions.ts';
import type { EventSource } from './event-sources/event-source.ts';
import { handlerCalls } from './handlers.ts';
import { serveOrInherit } from './services/http.ts';
import { hostSettings } from './settings.ts';
import { startExtensions } from './start-extensions.ts';
import { openTelemetryListener, subscribeToTelemetry } from './telemetry-listener.ts';

export interface HostOptions {
  /** File name of the executable that Lambda started; Lambda knows the extension by it. */
  name: string;
  environment: Environment;
  catalog: Catalog;
  source: (log: Log) => EventSource;
  aws: AwsServices;
  clock: Clock;
}

/** The life of the host: listeners, register, telemetry, then events until SHUTDOWN. */
export async function run({ name, environment, catalog, source, aws, clock }: HostOptions): Promise<void> {
  const { values: settings, problems } = readSettings(hostSettings, environment);
  const format = environment[lambdaVariables.logFormat] === 'JSON' ? 'json' : 'text';
  const logOf = (speaker: string, level: LogLevel = settings.logLevel) => createLog({ name: speaker, level, format });
  const log = logOf('host');

  const choice = chooseExtensions(name, settings.enabled, [...catalog.keys()]);
  for (const problem of [...problems, ...choice.problems]) log.warn(problem);

  const services = { clock, http: serveOrInherit(environment, log), aws };
  const extensions = await startExtensions({ choice, catalog, environment, services, logOf });
  const calls = handlerCalls(extensions, clock);
  const events = source(log);

  const telemetryTypes = [...new Set(extensions.flatMap((extension) => extension.telemetryTypes))];
  const telemetry =
    telemetryTypes.length === 0
      ? undefined
      : await openTelemetryListener({ port: settings.telemetryPort, onRecords: calls.telemetry, log });

  await events.register(name, isManagedInstances(environment) ? ['SHUTDOWN'] : ['INVOKE', 'SHUTDOWN']);
  if (telemetry !== undefined) await subscribeToTelemetry(events, telemetryTypes, telemetry.port, log);

  setImmediate(() => void calls.ready());
  for await (const { event, done } of events.events()) {
    if (event.eventType === 'INVOKE') await calls.invoke(event);
    else await calls.shutdown(event);
    done();
  }
}
