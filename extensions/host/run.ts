import type { Clock } from '../../foundation/clock.ts';
import { createLog, type Log, type LogLevel, writeLine } from '../../foundation/log.ts';
import { type Environment, readSettings } from '../../foundation/settings.ts';
import { isEmulator, isManagedInstances, lambdaVariables } from '../../lambda-api/environment.ts';
import type { ShutdownEvent } from '../../lambda-api/extensions-api.ts';
import type { AwsServices, CompilerService } from '../sdk/index.ts';
import type { Catalog } from './catalog.ts';
import { chooseExtensions } from './choose-extensions.ts';
import type { EventSource } from './event-sources/event-source.ts';
import type { Errand } from './event-sources/supervisor.ts';
import { handlerCalls } from './handlers.ts';
import { serveOrInherit } from './services/http.ts';
import { inheritedSockets } from './services/inherited-sockets.ts';
import { lambdaFunction } from './services/lambda-function.ts';
import { metricsService } from './services/metrics.ts';
import { proxyEnvironment } from './services/proxy-environment.ts';
import { secretsInUse } from './services/secrets-in-use.ts';
import { telemetryService } from './services/telemetry.ts';
import { hostSettings, readBySupervisor } from './settings.ts';
import { startExtensions } from './start-extensions.ts';
import { openTelemetryListener, subscribeToTelemetry, TELEMETRY } from './telemetry-listener.ts';
import { allWanted } from './wanted-telemetry.ts';

export interface HostOptions {
  /** File name of the executable that Lambda started; Lambda knows the extension by it. */
  name: string;
  environment: Environment;
  catalog: Catalog;
  source: (log: Log) => EventSource;
  /** Given by a supervisor, if one started this process. */
  errand: Errand | undefined;
  aws: AwsServices;
  compiler: CompilerService;
  clock: Clock;
}

/** The life of the host: listeners, register, telemetry, then events until SHUTDOWN. */
export async function run({
  name,
  environment,
  catalog,
  source,
  errand,
  aws,
  compiler,
  clock,
}: HostOptions): Promise<void> {
  const { values: settings, problems } = readSettings(hostSettings, environment);
  const format = environment[lambdaVariables.logFormat] === 'JSON' ? 'json' : 'text';
  const logOf = (speaker: string, level: LogLevel = settings.logLevel) => createLog({ name: speaker, level, format });
  const log = logOf('host');

  const choice = chooseExtensions(name, settings.enabled, [...catalog.keys()]);
  const said = errand === undefined ? [] : readBySupervisor;
  const isSaid = (problem: string) => said.some(({ variable }) => problem.startsWith(`${variable} `));
  for (const problem of [...problems, ...choice.problems]) if (!isSaid(problem)) log.warn(problem);
  if (errand?.lostRecords)
    log.error(`${errand.lostRecords} telemetry records were lost with the process before this one`);

  const inherited = inheritedSockets(environment);
  const telemetry = telemetryService();
  if (errand?.isSubscribed) telemetry.subscribed();
  let deadlineMs = errand?.deadlineMs || undefined;
  const metrics = metricsService(clock.wallMs);
  const services = {
    clock,
    http: { ...serveOrInherit(inherited, log), proxyEnvironment: proxyEnvironment(environment) },
    lambda: lambdaFunction(environment),
    aws,
    compiler,
    isManagedInstances: isManagedInstances(environment),
    isEmulator: isEmulator(environment),
    deadlineMs: () => deadlineMs,
    metrics: metrics.registry,
    secretsInUse: secretsInUse(),
    telemetry: telemetry.service,
  };
  const isSupervised = errand !== undefined;
  const extensions = await startExtensions({ choice, catalog, environment, services, logOf, isSupervised });
  const calls = handlerCalls(extensions, clock);
  const events = source(log);

  telemetry.reportTo(events.holds);

  const wanted = allWanted(extensions.map((extension) => extension.telemetry));
  const fds = wanted === undefined ? undefined : inherited.take(TELEMETRY);
  const listener =
    wanted === undefined
      ? undefined
      : await openTelemetryListener({
          on: fds === undefined ? { port: settings.telemetryPort } : { fds },
          onRecords: calls.telemetry,
          onHolding: telemetry.acknowledged,
          log,
        });
  await inherited.refuseRest();

  await events.register(name, services.isManagedInstances ? ['SHUTDOWN'] : ['INVOKE', 'SHUTDOWN']);
  // Who opened the socket has asked for deliveries to it.
  if (wanted !== undefined && listener !== undefined && fds === undefined) {
    if (await subscribeToTelemetry(events, wanted, listener.port, log)) telemetry.subscribed();
  }
  events.ready(services.isManagedInstances ? undefined : calls.invokeBoundMs);

  setImmediate(() => void Promise.all([calls.ready(), loadAwsSdk(), serveMetrics()]));
  for await (const { event, done } of events.events()) {
    if (event.eventType === 'INVOKE') {
      deadlineMs = event.deadlineMs;
      await calls.invoke(event);
    } else await shutdown(event);
    done();
  }

  /** Who asks for an early start means to use it, and the SDK takes longer to load than the host to start. */
  async function loadAwsSdk(): Promise<void> {
    if (isSupervised && settings.start === 'after-next') await aws.clientOptions({ maxConnections: 1 });
  }

  /** Nobody needs the numbers before the function runs, so that this port may wait. */
  async function serveMetrics(): Promise<void> {
    if (!choice.isCombined || extensions.length === 0) return;
    const options = { name: 'host', port: settings.httpPort, handle: metrics.handle };
    await services.http.serve(options).catch((error: Error) => log.warn(`no metrics: ${error.message}`));
  }

  async function shutdown(event: ShutdownEvent): Promise<void> {
    await calls.shutdown(event);
    telemetry.tell();
    if (!settings.isMetricsLogEnabled) return;
    for (const line of metrics.embeddedMetricLines(environment[lambdaVariables.functionName] ?? '')) writeLine(line);
  }
}
