import { orAborted } from '../../foundation/or-aborted.ts';
import { uniqueBytes } from '../../foundation/unique-bytes.ts';
import { workQueue } from '../../foundation/work-queue.ts';
import type { Handlers, HostServices, SettingValues, TelemetryRecord } from '../sdk/index.ts';
import { frontSettings } from './config/front-settings.ts';
import { confirmations } from './confirm/confirmations.ts';
import { readMemo, type SavedState, writeMemo } from './confirm/memo.ts';
import { countsByName, type Destination } from './deliver/destination.ts';
import { httpSender } from './deliver/http-sender.ts';
import type { DogStatsD } from './dogstatsd/receive.ts';
import { exporterContext } from './exporters/exporter-context.ts';
import { backPressure } from './flush/back-pressure.ts';
import { flushBeforeSnapshot } from './flush/flush-before-snapshot.ts';
import { flushInBackground } from './flush/flush-in-background.ts';
import { flushSettings } from './flush/flush-settings.ts';
import { flusher, INVOKE_BOUND_MS } from './flush/flusher.ts';
import { heldItems } from './flush/held-items.ts';
import { lastFlush } from './flush/last-flush.ts';
import { reportedInvocations } from './flush/reported-invocations.ts';
import { runtimeDoneReports } from './flush/runtime-done-reports.ts';
import { correlator } from './invocations/correlate.ts';
import { platformEvents } from './invocations/platform-events.ts';
import { compactor } from './items/compact.ts';
import type { Item } from './items/item.ts';
import { itemsToBuffers } from './items-to-buffers.ts';
import { openDestinations } from './open-destinations.ts';
import { serveOtlp } from './otlp/serve-otlp.ts';
import { emittedMetric } from './read/emitted-metric.ts';
import { normaliser } from './read/normalise.ts';
import { recordsToItems } from './records-to-items.ts';
import { redactor } from './redact/redact.ts';
import { compileRoutes } from './routes/select.ts';
import { noticeUnwantedTypes, wantedTelemetry } from './routes/wanted-telemetry.ts';
import { type settings as declarations, receivesDogStatsD } from './settings.ts';

interface Context {
  readonly settings: SettingValues<typeof declarations>;
  readonly host: HostServices;
}

/** Builds the stages in the order of a record's journey and connects them. Each stage takes its own decisions. */
export async function telemetryPipeline({ settings, host }: Context): Promise<Handlers> {
  const { clock, log, telemetry, isManagedInstances } = host;
  const context = exporterContext(host, settings.otlpPort);
  const { source } = context;
  const front = host.settings(frontSettings);

  const sender = httpSender({
    clock,
    proxyEnvironment: host.http.proxyEnvironment,
    credentials: host.aws.credentials,
    longestMs: settings.flushTimeoutMs,
  });
  const destinations = await openDestinations(settings, host, {
    context,
    send: sender.send,
    onSending: tellHeld,
    onFlushed: itemsLeft,
  });
  if (destinations === undefined) return {};
  const { all, failover, routes, types, withReferences } = destinations;
  /** What is read before a snapshot lies in it. */
  const isReachable = ({ name }: Destination) => !(withReferences.has(name) && host.isSnapshotAhead());
  const names = all.map(({ name }) => name);
  const endpoints = all.flatMap((destination) => destination.endpoints);
  const wanted = wantedTelemetry(routes, all);
  noticeUnwantedTypes(routes, settings.types, log);

  const reportsRuntimeDone = runtimeDoneReports(settings.types, host);
  const platform = platformEvents({ source, functionName: context.functionName, isManagedInstances });
  const correlation = correlator({
    invocations: platform.invocations,
    isManagedInstances,
    hasPlatformRecords: reportsRuntimeDone,
    adoptsSpans: wanted.invocationSpans,
    isSnapshotAhead: host.isSnapshotAhead,
  });
  const normalise = normaliser({
    source,
    embeddedMetrics: front.embeddedMetrics,
    takesMetrics: wanted.metrics,
    isInvocation: correlation.isInvocation,
  });
  const memory = compactor();
  const toItems = recordsToItems({ source, normalise, platform, correlator: correlation, compactor: memory });

  const hidden = redactor({ keys: front.redactKeys, patterns: front.redactPatterns, announceWork: host.announceWork });
  const flushes = flusher({
    ...flushSettings(settings),
    endpoints: () => all.filter(isReachable).flatMap((destination) => destination.queues()),
    isSnapshotAhead: host.isSnapshotAhead,
    clock,
    log,
    reportsRuntimeDone,
    catchUp,
    gather,
    untilTooLong: () => pressure.untilTooLong(),
    wakeFor: (types) => telemetry.wakeFor('telemetry', types),
  });
  const pressure = backPressure({
    destinations: all,
    holdBack: telemetry.holdBack,
    flush: flushes.itemsAdded,
    clock,
    mostMs: settings.flushTimeoutMs,
  });
  const confirm = confirmations({
    telemetry,
    endpoints,
    oldestWaiting: correlation.oldestDelivery,
    state: (): SavedState => ({ platform: platform.save(), position: correlation.save() }),
    memo: (state) => writeMemo(state, flushes.save()),
  });
  let notRoutedInTime = 0;
  const buffers = itemsToBuffers({
    redactor: hidden,
    secrets: secretsToHide,
    select: compileRoutes(routes, names, { failover: failover?.name, onLate: () => notRoutedInTime++ }),
    isRouted: routes.length > 0,
    destinations: all,
    shared: memory.shared,
    isDone: confirm.isDone,
  });

  const work = workQueue();
  let dogstatsd: DogStatsD | undefined;
  const background = flushInBackground({ flush: flushes.flush, clock, isManagedInstances });
  const reported = reportedInvocations({ clock, telemetry, reportsRuntimeDone });

  host.secretsInUse.provide('telemetry', destinations.secrets);
  host.metrics.provide('telemetry', () => ({
    totals: {
      filtered: buffers.filtered(),
      notRedactedInTime: hidden.notInTime(),
      notRoutedInTime,
      ...dogstatsd?.counts(),
    },
    details: countsByName(all),
  }));
  const receiver = await serveOtlp(host, {
    isOn: settings.isOtlpReceived && wanted.otlp,
    port: settings.otlpPort,
    compactor: memory,
    announceWork: host.announceWork,
    async onItems(items) {
      await work.add(takeAll(correlation.correlate(items)));
      await telemetry.told();
    },
  });

  dogstatsd = receivesDogStatsD(settings.dogstatsd, types)
    ? await (await import('./dogstatsd/receive.ts')).receiveDogStatsD(host, {
        port: settings.dogstatsdPort,
        source,
        onItems: (items) => void work.add(takeAll(items)),
        onPeriod: () => flushes.itemsAdded(),
        isSnapshotAhead: host.isSnapshotAhead,
      })
    : undefined;

  telemetry.onEmitted((measurements) => {
    void work.add(takeAll(measurements.map((measurement) => emittedMetric(measurement, source))));
  });

  let isRecalled = false;
  let ofInit: ReadonlySet<string> = new Set();

  /** Before a snapshot the others drop their values, and what the function has logged with them may come later. */
  function secretsToHide(): ReadonlySet<string> {
    const inUse = host.secretsInUse.all();
    ofInit = host.isSnapshotAhead() ? new Set([...ofInit, ...inUse]) : new Set();
    return ofInit.size === 0 ? inUse : ofInit;
  }

  function* takeRecords(
    records: readonly TelemetryRecord[],
    delivery: number | undefined,
    last: number | undefined,
  ): Generator<void> {
    const nowMs = clock.wallMs();
    buffers.renewSecrets();
    if (delivery !== undefined) confirm.begin(delivery);
    try {
      for (let at = 0; at < records.length; at += RECORDS_A_STEP)
        yield* takeItems(toItems(records.slice(at, at + RECORDS_A_STEP), nowMs, delivery));
    } finally {
      if (last !== undefined) confirm.end(last);
      // Also when an item fails: the end of an invocation waits for this.
      for (const { requestId, isReport } of reported.take(records)) flushes.functionDone(requestId, { isReport });
    }
  }

  function* takeAll(items: readonly Item[]): Generator<void> {
    if (items.length > 0) buffers.renewSecrets();
    yield* takeItems(items);
  }

  function* takeItems(items: readonly Item[]): Generator<void> {
    yield* buffers.take(items);
    reportHeld();
    flushes.itemsAdded();
    pressure.check();
  }

  /** On managed instances, spans of an SDK wait for the records of their invocations, but no longer than until a flush. */
  function catchUp(): Promise<void> | undefined {
    const caughtUp = telemetry.catchUp();
    return isManagedInstances
      ? Promise.resolve(caughtUp).then(() => work.add(takeAll(correlation.release())))
      : caughtUp;
  }

  /** What clients of DogStatsD have sent becomes items. */
  function gather(): Promise<void> | undefined {
    return dogstatsd?.gather().then((items) => (items.length === 0 ? undefined : work.add(takeGathered(items))));
  }

  /** A flush waits for them, so they must not begin another one. */
  function* takeGathered(items: readonly Item[]): Generator<void> {
    buffers.renewSecrets();
    yield* buffers.take(items);
    reportHeld();
  }

  function itemsLeft(): void {
    reportHeld();
    pressure.check();
  }

  function reportHeld(): void {
    const { items, sending } = heldItems(all, correlation);
    telemetry.holds('telemetry', items, sending);
    confirm.tell();
  }

  /** Continues where the process before this one stopped, if there was one. */
  function recall(): void {
    if (isRecalled) return;
    isRecalled = true;
    const memo = readMemo(telemetry.memo());
    if (memo === undefined) return;
    flushes.restore(memo.rhythm);
    if (memo.state === undefined) return;
    platform.restore(memo.state.platform);
    correlation.restore(memo.state.position);
  }

  function tellHeld(): Promise<void> {
    reportHeld();
    return telemetry.told();
  }

  return {
    about: `to ${names.join(' and ')}`,
    invokeBoundMs: INVOKE_BOUND_MS,
    keepers: endpoints.map(({ name }) => name),
    telemetry(records, delivery, last = delivery) {
      recall();
      return work.add(takeRecords(records, delivery, last));
    },
    async invoke(event, { signal }) {
      recall();
      context.noticeArn(event.invokedFunctionArn);
      reported.begin(event.requestId);
      pressure.begin();
      await Promise.all([work.add(takeAll(correlation.invoke(event))), flushes.invoke(event, signal)]);
    },
    async beforeSnapshot({ signal }) {
      buffers.renewSecrets();
      await flushBeforeSnapshot({ destinations: all, flush: flushes.flush, withReferences, log }, signal);
      reportHeld();
      confirm.tellAll();
    },
    ready() {
      void host.availabilityZone().then(context.runsIn);
    },
    restore: () => context.renewInstance(uniqueBytes(16).toString('hex')),
    async shutdown({ shutdownReason, deadlineMs }, { signal }) {
      background.stop();
      pressure.end();
      await receiver?.close();
      await orAborted(Promise.resolve(gather()), signal).catch(() => undefined);
      await dogstatsd?.close();
      await orAborted(Promise.resolve(telemetry.catchUp()), signal).catch(() => undefined);
      await orAborted(work.idle(), signal).catch(() => undefined);
      await reported.untilLast(signal);
      const last = [...correlation.release(), ...platform.closeAtShutdown(shutdownReason, clock.wallMs())];
      await work.add(takeAll(last));
      await lastFlush(all, failover, { clock, log, deadlineMs, signal });
      confirm.tellAll();
      // It has logged what is lost. The supervisor would say the same of what this process still holds.
      telemetry.holds('telemetry', 0);
      await telemetry.told();
      sender.close();
    },
  };
}

const RECORDS_A_STEP = 100;
