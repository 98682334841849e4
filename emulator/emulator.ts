import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import type { ShutdownReason } from '../lambda-api/extensions-api.ts';
import { runtimeApi } from '../lambda-api/runtime-api.ts';
import { extensionsApiRoutes } from './apis/extensions-api.ts';
import { listen } from './apis/http.ts';
import { newInvocationRequest } from './apis/invocation-request.ts';
import { metadataApiRoutes } from './apis/metadata-api.ts';
import { restoreApiRoutes } from './apis/restore-api.ts';
import { runtimeApiRoutes } from './apis/runtime-api.ts';
import { runtimeServer } from './apis/runtime-server.ts';
import { telemetryApiRoutes } from './apis/telemetry-api.ts';
import { availabilityZones } from './availability-zone.ts';
import { beforeSignal } from './before-signal.ts';
import type { Connect } from './connection.ts';
import { functionCredentials } from './credentials.ts';
import type { CloseOptions, Emulator, Faults, InvokeResult } from './emulator-types.ts';
import { hostFor, isLoopback } from './endpoint.ts';
import { areExtensionsEnabled, findExtensions } from './environment/discovery.ts';
import { createEnvironment } from './environment/environment.ts';
import { createProcesses } from './environment/process.ts';
import { createSandbox } from './environment/sandbox.ts';
import type { AfterShutdown, Reply, State } from './environment/state.ts';
import type { LogLine } from './environment/watching.ts';
import { EXECUTION_ARN_HEADER } from './functions/durable-execution.ts';
import { createInspectorFront } from './inspector.ts';
import { withLocalFiles } from './local-files.ts';
import { ownEndpoint } from './own-endpoint.ts';
import { portDeclarations } from './port-declarations.ts';
import { keptPaths, PATH, specOf, variablesOf } from './process-specs.ts';
import { remembered } from './remembered.ts';
import { type Settings, toConfiguration } from './settings.ts';
import { createPublisher } from './telemetry/publisher.ts';
import { hintAtUnusedSettings } from './unused-settings.ts';
import { choosePorts } from './usual-ports.ts';

/** Docker kills a container 10 s after its signal, and a shutdown takes 2 s of them. */
const LONGEST_WAIT_MS = 2_000;
/** What environments from one snapshot share, although each starts by itself here. */
export interface SharedSnapshot {
  readonly instanceId: string;
  /** V8's, for `Math.random`. Undefined: another one in each process. */
  readonly randomSeed?: number;
}

/** @param connect Opens an endpoint for this environment alone, or adds it to a function that has one. */
export async function createEmulator(
  settings: Settings,
  connect: Connect = ownEndpoint,
  { instanceId, randomSeed }: SharedSnapshot = { instanceId: randomUUID() },
): Promise<Emulator> {
  const markerValue = randomUUID();
  const config = toConfiguration(settings, instanceId, randomUUID());
  const isSnapStart = config.snapStart !== undefined;
  const credentials = functionCredentials(settings.environment, isSnapStart, settings.clock.wallMs);
  const zones = availabilityZones(settings.region);
  const metadataToken = randomUUID();
  const { records, lines, timeline, takeLine } = remembered();
  const faults: Faults = { telemetryDelayMs: 0, telemetryFailures: 0, registerDelayMs: {} };
  const isLoopbackOnly = isLoopback(settings.address);

  const publisher = createPublisher({
    clock: settings.clock,
    logFormat: settings.logFormat,
    fault: faults,
    onRecord: (record) => {
      records.add(record);
      settings.onRecord(record);
    },
    onHint: (text) => onHint(text),
  });
  const onLine = (line: LogLine) => {
    if (takeLine(line)) settings.onLine(line);
  };
  const onHint = (text: string) => onLine({ source: 'hint', text });
  const environment = createEnvironment({
    clock: settings.clock,
    config,
    logFormat: settings.logFormat,
    publisher,
    startProcesses: (events) => createProcesses(markerValue, events),
    get isDebugged() {
      return inspector?.isAttached ?? false;
    },
    get unboundOptDir() {
      return sandbox.isBound ? undefined : settings.optDir;
    },
    prepare: () => sandbox.prepare(),
    moveToAnotherHost() {
      credentials.renew();
      zones.move();
    },
    findExtensions: () => findExtensions(settings.optDir),
    specOf: (process) =>
      specOf(
        process,
        settings,
        variablesOf(
          {
            ...settings,
            environment: credentials.addTo(
              withLocalFiles({ ...settings.environment, ...ports.variables }, settings.functionDir),
              runtimeAddress,
            ),
          },
          config.functionVersion,
          runtimeAddress,
          metadataToken,
          instanceId,
          sandbox.folders,
        ),
        markerValue,
        sandbox,
        inspector?.runtimePort,
        randomSeed,
      ),
    onLine,
    onTimeline: (entry) => {
      timeline.add(entry);
      settings.onTimeline(entry);
    },
  });

  const delayRegister = async (name: string) => {
    const delayMs = faults.registerDelayMs[name];
    if (delayMs) await settings.clock.sleep(delayMs);
  };
  const extensionRoutes = [...extensionsApiRoutes(environment, { delayRegister }), ...telemetryApiRoutes(environment)];
  const routes = [
    ...runtimeApiRoutes(environment),
    ...metadataApiRoutes({ token: metadataToken, zone: zones.current }),
    ...(isSnapStart ? restoreApiRoutes(environment, credentials) : []),
    ...(areExtensionsEnabled(settings.optDir) ? extensionRoutes : []),
  ];
  const runtimeListener = await listen(
    runtimeServer(routes, { isLoopbackOnly, onHint }),
    settings.address,
    settings.runtimeApiPort,
  );
  // A start that fails must not leave a port open: the process would never end.
  const opened: (() => unknown)[] = [() => runtimeListener.close()];
  const orClose = <T>(starting: Promise<T>): Promise<T> =>
    starting.catch(async (error: unknown) => {
      await Promise.all(opened.map((close) => close()));
      throw error;
    });
  const connection = await orClose(connect(settings, environment, onHint));
  opened.push(() => connection.close());
  const ports = await orClose(
    choosePorts(portDeclarations(settings.optDir, settings.environment), settings.environment),
  );
  opened.push(() => ports[Symbol.dispose]());
  const inspector =
    settings.inspectPort === undefined ? undefined : await orClose(createInspectorFront(settings.inspectPort));
  opened.push(() => inspector?.[Symbol.dispose]());
  // Comes last, because it creates files that stay until the emulator is closed.
  const { functionDir, optDir } = settings;
  const sandbox = await orClose(createSandbox({ functionDir, optDir, kept: keptPaths(settings, PATH), path: PATH }));
  const runtimeAddress = `${hostFor(settings.address)}:${runtimeListener.port}`;

  const shutdown = (reason: ShutdownReason, next: AfterShutdown, waitMs = 0) =>
    new Promise<void>((resolve) => environment.ask({ type: 'shutdown', reason, next, waitMs }, () => resolve()));
  const untilPhase = async (name: State['phase']['name']) => {
    if (environment.phaseName === name) return;
    const from = timeline.items.length;
    await timeline.waitFor((entry) => entry.kind === 'phase' && entry.name === name, from);
  };
  const init = async () => {
    const from = timeline.items.length;
    environment.dispatch({ type: 'init' });
    if (environment.phaseName !== 'init') return;
    await timeline.waitFor((entry) => entry.kind === 'phase' && entry.name !== 'init', from);
  };
  const restore = async () => {
    const from = timeline.items.length;
    environment.dispatch({ type: 'restore' });
    if (environment.phaseName !== 'restore') return;
    await timeline.waitFor((entry) => entry.kind === 'phase' && entry.name !== 'restore', from);
  };
  const onExit = () => {
    environment.killAll();
    sandbox[Symbol.dispose]();
  };
  process.once('exit', onExit);
  const signals = beforeSignal(onExit);
  const close = async ({ waitMs = LONGEST_WAIT_MS }: CloseOptions = {}) => {
    await shutdown('spindown', 'closed', waitMs);
    process.off('exit', onExit);
    signals[Symbol.dispose]();
    await Promise.all([connection.close(), runtimeListener.close()]);
    ports[Symbol.dispose]();
    inspector?.[Symbol.dispose]();
    sandbox[Symbol.dispose]();
  };
  // When the caller has the emulator: the command prints its URL first.
  setImmediate(() => {
    const unused = hintAtUnusedSettings(settings.environment, extensionsOrNone(settings.optDir));
    for (const text of [ports.hint, unused]) if (text !== undefined) onLine({ source: 'hint', text });
  });
  if (settings.initializationType !== 'on-demand') environment.dispatch({ type: 'init' });
  warmUp([`http://${runtimeAddress}${runtimeApi.ping}`, new URL('/', connection.invokeUrl).href]);

  return {
    invokeUrl: connection.invokeUrl,
    httpUrl: connection.httpUrl,
    inspectPort: inspector?.port,
    movedPorts: ports.variables,
    runtimeApi: runtimeAddress,
    get phase() {
      return environment.phaseName;
    },
    get isFrozen() {
      return environment.isFrozen;
    },
    telemetry: { records: records.items, waitFor: (predicate) => records.waitFor(predicate) },
    lines: lines.items,
    timeline: timeline.items,
    faults,
    processes: () =>
      environment.usage().map(({ process: one, ...usage }) => ({
        process: one.kind === 'runtime' ? 'runtime' : { extension: one.name },
        ...usage,
      })),
    init,
    restore,
    invoke(payload = {}, options = {}) {
      const invocation = newInvocationRequest({
        kind: options.kind ?? 'RequestResponse',
        payload: Buffer.from(JSON.stringify(payload)),
        wantsLogTail: options.logTail,
        trace: options.trace,
        clientContext: options.clientContext && JSON.stringify(options.clientContext),
        cognitoIdentity: options.cognitoIdentity && JSON.stringify(options.cognitoIdentity),
        tenantId: options.tenantId,
        durableExecutionName: options.durableExecutionName,
        qualifier: options.qualifier,
      });
      return new Promise((resolve) => {
        connection.callee.invoke(invocation, (reply) => resolve(toResult(invocation.requestId, reply)));
      });
    },
    tenant: (tenantId) => connection.tenants?.get(tenantId),
    freeze: () => environment.dispatch({ type: 'freeze' }),
    thaw: () => environment.dispatch({ type: 'thaw' }),
    shutdown: (reason = 'spindown') => shutdown(reason, reason === 'spindown' ? 'cold' : 'retry'),
    kill: (process) =>
      environment.kill(process === 'runtime' ? { kind: 'runtime' } : { kind: 'extension', name: process.extension }),
    untilPhase,
    untilLine: (predicate) => lines.waitFor(predicate),
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** Calls each server once, so that V8 compiles them before the first invocation: saves 10 ms (measured). */
function warmUp(urls: readonly string[]): void {
  for (const url of urls) {
    const call = get(url, { agent: false }, (response) => response.resume());
    call.on('error', () => {}); // The emulator was closed before the reply.
  }
}

function toResult(requestId: string, { status, headers, body }: Reply): InvokeResult {
  const payload = typeof body === 'string' ? body : Buffer.from(body).toString();
  const log = headers['x-amz-log-result'];
  return {
    statusCode: status,
    requestId,
    payload,
    functionError: headers['x-amz-function-error'],
    durableExecutionArn: headers[EXECUTION_ARN_HEADER],
    log: log === undefined ? undefined : Buffer.from(log, 'base64').toString(),
    json: () => JSON.parse(payload),
  };
}

/** A folder that cannot be read is told by the init that needs it. */
function extensionsOrNone(optDir: string | undefined): string[] {
  try {
    return findExtensions(optDir);
  } catch {
    return [];
  }
}
