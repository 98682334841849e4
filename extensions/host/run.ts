import type { Clock } from '../../foundation/clock.ts';
import type { Log, LogLevel } from '../../foundation/log.ts';
import type { Environment, SettingValues } from '../../foundation/settings.ts';

import { linesWritten, writeLine } from '../../foundation/write-line.ts';
import { isSnapStart } from '../../lambda-api/environment.ts';
import { snapshotNotices } from '../../lambda-api/snapshot-notices.ts';
import type { ExtensionDefinition } from '../sdk/index.ts';

import { eventLoop } from './event-loop.ts';
import type { EventSource } from './event-sources/event-source.ts';
import { flushByTimer } from './flush-by-timer.ts';
import { handlerCalls } from './handlers.ts';
import { hostLines } from './intake/control-lines.ts';
import { handRecords } from './intake/hand-records.ts';
import { intake as takeFromSupervisor } from './intake/intake.ts';
import { leftOvers } from './intake/left-overs.ts';
import { listenForTelemetry } from './intake/listen-for-telemetry.ts';
import type { LaunchContext } from './launch-context.ts';
import type { Plan } from './plan.ts';
import type { HostsAwsServices } from './services/aws.ts';
import type { Compiler } from './services/compiler.ts';
import type { HandedTexts } from './services/handed-texts.ts';
import { hostServices } from './services/host-services.ts';
import { rehearse } from './services/rehearse.ts';
import type { hostSettings } from './settings.ts';
import { snapshotOf } from './snapshot.ts';
import { startExtensions } from './start-extensions.ts';
import { startLine } from './start-line.ts';

export interface RunOptions {
  /** File name of the executable that Lambda started; Lambda knows the extension by it. */
  readonly name: string;
  readonly plan: Plan;
  /** Of the planned extensions. */
  readonly definitions: ReadonlyMap<string, ExtensionDefinition>;
  readonly source: EventSource;
  /** `host:port` of Lambda's APIs. */
  readonly authority: string;
  readonly launch: Pick<
    LaunchContext,
    'control' | 'lostRecords' | 'unsureRecords' | 'isSubscribed' | 'storeFd' | 'isForSnapshot' | 'deadlineMs'
  >;
  /** What the function read by itself, and what the processes before this one redacted. */
  readonly texts: HandedTexts;
  /** What is wrong and has been logged already. */
  readonly reported: LaunchContext['reported'];
  readonly settings: SettingValues<typeof hostSettings>;
  readonly environment: Environment;
  readonly aws: HostsAwsServices;
  readonly compiler: Compiler;
  readonly clock: Clock;
  readonly logOf: (speaker: string, level?: LogLevel) => Log;
}

/** The life of the host: listeners, register, telemetry, then events until SHUTDOWN. */
export async function run(options: RunOptions): Promise<void> {
  const { name, plan, definitions, source, authority, launch, texts, reported } = options;
  const { settings, environment, aws, compiler, clock, logOf } = options;
  const log = logOf('host');
  const { lostRecords, unsureRecords } = launch;
  const caveat = unsureRecords === 0 ? '' : `; ${unsureRecords} of them were being sent and may have arrived`;
  if (lostRecords > 0)
    log.error(`${lostRecords} telemetry records were lost with the process before this one${caveat}`);

  const { supervisor } = source;
  const intake =
    launch.storeFd === undefined || supervisor === undefined
      ? undefined
      : takeFromSupervisor({ fd: launch.storeFd, supervisor, texts, announceWork: source.busy, log });
  // Before that nothing may leave.
  await texts.untilComplete;

  let restoredAtMs = Number.POSITIVE_INFINITY;
  const late = leftOvers(() => restoredAtMs);
  if (launch.isForSnapshot) late.expect();
  const snapshot = snapshotOf({
    // A process that starts during an invocation is in no snapshot.
    isSnapStart: isSnapStart(environment) && launch.deadlineMs === undefined,
    isNear: launch.isForSnapshot,
    async drop() {
      // By then Lambda has mostly delivered what was logged until now. Nothing says when it has.
      if (plan.telemetry !== undefined) await clock.sleep(plan.telemetry.delayMs + ON_THE_WAY_MS);
      await calls.beforeSnapshot();
    },
    async replace() {
      late.expect();
      if (supervisor === undefined) return;
      // The losses that they tell are told by nobody else.
      await linesWritten(LONGEST_WRITE_MS);
      // What was counted on the way out is not lost.
      telemetry.tell();
      supervisor.say(hostLines.snapshot());
      await THE_END;
    },
    async renew() {
      restoredAtMs = clock.wallMs();
      supervisor?.say(hostLines.restored());
      aws.forgetCredentials();
      await calls.restore();
      void calls.ready();
    },
  });
  const { lent, inherited, serve, metrics, telemetry, invocationEndsBy } = hostServices({
    environment,
    launch,
    intake,
    aws,
    texts,
    clock,
    log,
    announceWork: source.busy,
    snapshot,
  });
  metrics.registry.receive(snapshotNotices.ahead, snapshot.approaches);
  metrics.registry.receive(snapshotNotices.past, snapshot.isPast);
  const ended = new AbortController();
  const ending = ended.signal;
  const extensions = await startExtensions({ plan, definitions, environment, services: lent, reported, logOf, ending });
  // The process before this one has said it.
  if (!launch.isForSnapshot) log.info(startLine({ plan, extensions, settings, environment }));
  const calls = handlerCalls(extensions, clock);
  if (lent.isManagedInstances) flushByTimer({ extensions, flush: calls.flush, clock, ending });
  telemetry.reportTo(source.holds);
  if (extensions.some(({ definition }) => definition.expectsFewRuns)) compiler.expectFewRuns();
  const handOn = handRecords({ extensions, call: calls.telemetry, marks: intake?.marks, clock });
  const onRecords: typeof handOn = (records, ...numbers) => handOn(late.without(records), ...numbers);
  const isOwnListener = intake === undefined && extensions.some((extension) => extension.telemetry.length > 0);
  const listener = await listenForTelemetry({
    // The supervisor has asked, and there is no Telemetry API here.
    plan: isOwnListener && launch.isSubscribed !== false ? plan.telemetry : undefined,
    authority,
    isManagedInstances: lent.isManagedInstances,
    telemetry,
    onRecords,
    announceWork: source.busy,
    log,
  });
  if (launch.control === undefined && plan.redactionPort !== undefined) {
    const { receiveTexts } = await import('./receive-texts.ts');
    await receiveTexts({ port: plan.redactionPort, isToken: aws.isSessionToken, take: texts.take, log });
  }
  await inherited.refuseRest([OWN_SOCKET, ...(plan.datagrams ?? []).map((socket) => socket.name)]);

  const isForSnapshot = snapshot.isAhead();
  if (isForSnapshot) {
    // Nothing may be half loaded when the snapshot is taken. The preload waits at the port until nothing is.
    if (plan.warmsUp || launch.isForSnapshot) await calls.warmUp(LONGEST_WARM_UP_MS);
    await serveMetrics();
    if (plan.isCombined) await rehearse(settings.httpPort, clock);
  }

  await source.register(name, lent.isManagedInstances ? ['SHUTDOWN'] : ['INVOKE', 'SHUTDOWN']);
  await listener.subscribe(source);
  // The first invocation says that the snapshot is past, where nobody else does.
  const invokeBoundMs = calls.invokeBoundMs ?? (isForSnapshot ? 0 : undefined);
  source.ready(lent.isManagedInstances ? undefined : invokeBoundMs);
  intake?.begin(extensions, onRecords);

  if (!isForSnapshot)
    setImmediate(() => void Promise.all([calls.ready(), plan.warmsUp && calls.warmUp(), serveMetrics()]));
  await eventLoop(source, {
    async onInvoke(event) {
      invocationEndsBy(event.deadlineMs);
      await snapshot.isPast();
      await calls.invoke(event);
    },
    async onShutdown(event) {
      ended.abort(new Error('The environment shuts down'));
      await calls.shutdown(event);
      telemetry.tell();
      if (settings.isMetricsLogEnabled)
        for (const line of metrics.embeddedMetricLines(lent.lambda.name, noCounters)) writeLine(line);
    },
  });

  function noCounters(extension: string, error: unknown): void {
    logOf(extension).error(`Its counters cannot be read: ${error instanceof Error ? error.message : error}`);
  }

  /** Nobody needs the numbers before the function runs, so that this port may wait. */
  async function serveMetrics(): Promise<void> {
    if (!plan.isCombined || plan.extensions.length === 0) return;
    const served = serve({ name: OWN_SOCKET, port: settings.httpPort, handle: metrics.handle });
    await served.catch((error: Error) => log.warn(`GET /metrics is not served: ${error.message}`));
  }
}

const ON_THE_WAY_MS = 200;
/** The supervisor kills a process that is not ready after 10 s, of which `init` may take 5 s. */
const LONGEST_WARM_UP_MS = 3_500;
const LONGEST_WRITE_MS = 500;
/** The supervisor kills this process. */
const THE_END = new Promise<never>(() => {});
/** As supervisor/src/listeners.rs names it. */
const OWN_SOCKET = 'lambda-node-extended';
