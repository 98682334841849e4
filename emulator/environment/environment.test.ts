import { describe, expect, it } from 'vitest';
import { systemClock } from '../../foundation/clock.ts';
import type { Publisher } from '../telemetry/publisher.ts';
import { createEnvironment, type EnvironmentParts } from './environment.ts';
import type { InvocationRequest } from './events-and-effects.ts';
import type { ProcessEvents, Processes } from './process.ts';
import type { FunctionConfiguration, Reply } from './state.ts';
import type { LogLine } from './watching.ts';

const config: FunctionConfiguration = {
  functionName: 'f',
  functionVersion: '$LATEST',
  functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
  accountId: '123456789012',
  handler: 'index.handler',
  memoryMB: 128,
  timeoutMs: 900_000,
  initializationType: 'on-demand',
  initLimitMs: 900_000,
  instanceId: 'i',
  runtimeVersion: 'nodejs:24',
  concurrency: 1,
  whenBusy: 'wait',
  freezes: true,
  spindownAfterMs: undefined,
};

const invocation: InvocationRequest = {
  requestId: 'r',
  kind: 'RequestResponse',
  qualifier: undefined,
  payload: Buffer.from('{}'),
  wantsLogTail: false,
  trace: 'Root=1',
  spanId: '1',
  clientContext: undefined,
  cognitoIdentity: undefined,
  tenantId: undefined,
};

/** An environment whose processes are the test, with one extension, and one part that throws. */
function faulty(failing: string) {
  const lines: LogLine[] = [];
  const part = <T>(name: string, work: () => T) => {
    if (name === failing) throw new Error(`${name} is broken`);
    return work();
  };
  const nothing = (name: string) => () => part(name, () => {});
  const publisher: Publisher = {
    publish: (record) => part('publish', () => ({ time: '2026-01-01T00:00:00.000Z', ...record })),
    begin: nothing('begin'),
    subscribe: nothing('subscribe'),
    closeSubscription: nothing('closeSubscription'),
    pause: nothing('pause'),
    resume: nothing('resume'),
    flush: nothing('flush'),
    end: nothing('end'),
  };
  const startProcesses = (events: ProcessEvents): Processes => {
    const running = new Set<string>();
    const end = (key: string) => {
      if (!running.delete(key)) return;
      events.onExit(key === 'runtime' ? { kind: 'runtime' } : { kind: 'extension', name: key }, undefined, 'SIGKILL');
    };
    const keyOf = (name: { kind: string; name?: string }) => name.name ?? 'runtime';
    return {
      launch: (name) => part('launch', () => void running.add(keyOf(name))),
      terminate: (name) => part('terminate', () => end(keyOf(name))),
      kill: (name) => part('kill', () => end(keyOf(name))),
      killAll: () => part('killAll', () => [...running].forEach(end)),
      stopAll: nothing('stopAll'),
      continueAll: nothing('continueAll'),
      memoryBytes: () => part('memoryBytes', () => 0),
      usage: () => [],
    };
  };
  const parts: EnvironmentParts = {
    clock: systemClock,
    config,
    logFormat: 'Text',
    publisher,
    startProcesses,
    isDebugged: false,
    unboundOptDir: undefined,
    prepare: () => part('prepare', () => undefined),
    findExtensions: () => part('findExtensions', () => ['mine']),
    specOf: () =>
      part('specOf', () => ({ command: 'x', args: [], environment: {}, directory: '/', hasLogFrames: false })),
    onLine: (line) => void lines.push(line),
    moveToAnotherHost: () => undefined,
    onTimeline: () => {},
  };
  const environment = createEnvironment(parts);
  const ask = (question: Parameters<typeof environment.ask>[0]) =>
    new Promise<Reply>((resolve) => environment.ask(question, resolve));
  return { environment, lines, ask };
}

describe('an effect that throws', () => {
  it.each([
    'prepare',
    'findExtensions',
    'specOf',
    'launch',
    'publish',
    'begin',
    'closeSubscription',
    'memoryBytes',
    'pause',
    'resume',
    'flush',
    'end',
    'terminate',
    'kill',
    'killAll',
    'continueAll',
  ])('%s: is told, answers the caller, and leaves a shutdown that ends', async (failing) => {
    const { environment, ask, lines } = faulty(failing);

    const answered = ask({ type: 'invoke', invocation });
    const registered = await ask({
      type: 'register',
      name: 'mine',
      features: undefined,
      body: '{"events":["INVOKE"]}',
      newIdentifier: '00000000-0000-0000-0000-000000000001',
    });
    const identifier = registered.headers['lambda-extension-identifier'];
    const followEvents = async (): Promise<void> => {
      const { status } = await ask({ type: 'extension-next', identifier, eventIdentifier: 'e' });
      if (status === 200) await followEvents();
    };
    const serve = async (): Promise<void> => {
      if ((await ask({ type: 'runtime-next' })).status !== 200) return;
      await ask({ type: 'response-started', requestId: 'r', mode: undefined });
      const body = Buffer.from('"done"');
      const response = { requestId: 'r', body, contentType: undefined, bytes: 6, problem: undefined };
      await ask({ type: 'response-finished', ...response });
      await serve();
    };
    void followEvents();
    void serve();
    const { body } = await answered;
    await new Promise((resolve) => setImmediate(resolve));
    await ask({ type: 'shutdown', reason: 'spindown', next: 'closed' });

    expect(['"done"', expect.stringContaining('"errorType":"Sandbox.Failure"')]).toContainEqual(
      Buffer.from(body).toString(),
    );
    expect(environment.phaseName).toBe('closed');
    expect(lines).toContainEqual({
      source: 'hint',
      text: expect.stringMatching(new RegExp(`^The emulator failed at ".+": ${failing} is broken$`)),
    });
  });
});
