import type { Clock } from '../../foundation/clock.ts';
import type { LoopbackServer } from '../../foundation/http-server.ts';
import type { Log, LogLevel } from '../../foundation/log.ts';
import { describeProblem, type Environment, readSettings } from '../../foundation/settings.ts';
import type { InvokeEvent, ShutdownEvent } from '../../lambda-api/extensions-api.ts';
import type { TelemetryRecord } from '../../lambda-api/telemetry-api.ts';
import type { DatagramReceiver, ExtensionDefinition } from '../sdk/index.ts';
import { flushByTimer } from './flush-by-timer.ts';
import { handlerCalls } from './handlers.ts';
import { handRecords } from './intake/hand-records.ts';
import { planOf } from './plan.ts';
import { awsServices } from './services/aws.ts';
import { handedTexts } from './services/handed-texts.ts';
import { hostServices } from './services/host-services.ts';
import { hostSettings } from './settings.ts';
import { startExtensions } from './start-extensions.ts';

export interface InProcessOptions {
  readonly definition: ExtensionDefinition;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly logOf: (speaker: string, level?: LogLevel) => Log;
}

/** An extension that runs in this process, by the same code as in the host, with nobody but the caller as its Lambda. */
export interface InProcess {
  ready(): Promise<void>;
  invoke(event: InvokeEvent): Promise<void>;
  telemetry(records: readonly TelemetryRecord[]): Promise<void>;
  beforeSnapshot(): Promise<void>;
  restore(): Promise<void>;
  shutdown(event: ShutdownEvent): Promise<void>;
  /** Closes what it serves. */
  close(): Promise<void>;
}

/** Undefined if it could not start; the log says why. @throws Error if its settings leave it off. */
export async function startInProcess({
  definition,
  environment,
  clock,
  logOf,
}: InProcessOptions): Promise<InProcess | undefined> {
  const log = logOf('host');
  const { name } = definition;
  const definitions = new Map([[name, definition]]);
  const { values: settings } = readSettings(hostSettings, environment);
  const alone = { names: [name], isAutomatic: true, isCombined: true, problems: [] };
  const { plan, problems } = planOf({ candidates: alone, definitions, settings, environment });
  for (const problem of problems) log.warn(describeProblem(problem));
  if (plan.extensions.length === 0) {
    const variables = definition.enabledWhen?.map(({ variable }) => variable).join(', ');
    throw new Error(`${name} does not run, because none of its variables is set that enable it: ${variables}.`);
  }

  const aws = awsServices(
    environment,
    clock,
    () => undefined,
    () => import('../sdk/aws-sdk.ts'),
  );
  let isSnapshotAhead = false;
  const { lent, invocationEndsBy } = hostServices({
    environment,
    launch: { isSubscribed: plan.telemetry !== undefined, deadlineMs: undefined },
    intake: undefined,
    aws,
    texts: handedTexts(),
    clock,
    log,
    announceWork: () => undefined,
    snapshot: { isAhead: () => isSnapshotAhead, untilPast: () => undefined },
  });
  const servers: (LoopbackServer | DatagramReceiver)[] = [];
  const http: typeof lent.http = {
    ...lent.http,
    async serve(options) {
      const server = await lent.http.serve(options);
      servers.push(server);
      return server;
    },
  };
  const datagrams: typeof lent.datagrams = {
    async receive(options) {
      const receiver = await lent.datagrams.receive(options);
      servers.push(receiver);
      return receiver;
    },
  };
  const ending = new AbortController();
  const extensions = await startExtensions({
    plan,
    definitions,
    environment,
    services: { ...lent, http, datagrams },
    reported: { variables: [], ports: [] },
    logOf,
    ending: ending.signal,
  });
  const close = async () => {
    ending.abort();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  };
  if (extensions.length === 0) {
    await close();
    return undefined;
  }
  const calls = handlerCalls(extensions, clock);
  if (lent.isManagedInstances) flushByTimer({ extensions, flush: calls.flush, clock, ending: ending.signal });
  const onRecords = handRecords({ extensions, call: calls.telemetry, marks: undefined, clock });
  return {
    ready: calls.ready,
    async invoke(event) {
      invocationEndsBy(event.deadlineMs);
      await calls.invoke(event);
    },
    telemetry: onRecords,
    async beforeSnapshot() {
      isSnapshotAhead = true;
      await calls.beforeSnapshot();
    },
    async restore() {
      isSnapshotAhead = false;
      aws.forgetCredentials();
      await calls.restore();
    },
    async shutdown(event) {
      ending.abort();
      await calls.shutdown(event);
    },
    close,
  };
}
