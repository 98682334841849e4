import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../../emulator/index.ts';
import { type SleepClock, systemClock } from '../../../foundation/clock.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** The emulator with a function and extensions made for one test, and calls of its APIs that the test makes itself. */
export interface Stage extends AsyncDisposable {
  readonly emulator: Emulator;
  /** Holds the function in `function` and the extensions in `opt/extensions`. */
  readonly folder: string;
  call(method: string, path: string, headers?: Record<string, string>, body?: string): Promise<Answer>;
  register(name: string, events?: readonly string[]): Promise<string>;
  extensionNext(identifier: string): Promise<Answer>;
  runtimeNext(): Promise<Answer>;
  respond(requestId: string, body: string): Promise<Answer>;
}

export interface StageOptions extends Omit<EmulatorOptions, 'functionDir' | 'optDir'> {
  /** Source of `index.mjs`. Without it the runtime is a process that only sleeps, and the test speaks for it. */
  handler?: string;
  /** Files of the function by their path. */
  files?: Readonly<Record<string, string>>;
  /** The handler's name, where `handler` is its source. */
  handlerName?: string;
  /** Sources by name. `SLEEPS` is a process that does nothing: the test speaks for it. */
  extensions?: Readonly<Record<string, string>>;
}

/** The function's folder for its processes: `/var/task`, or where the system allows no mounts, its own. */
export const taskRootOf = ({ folder }: Stage) =>
  expect.stringMatching(new RegExp(`^(/var/task|${join(folder, 'function')})$`));

export const SLEEPS = '#!/bin/sh\nexec sleep 1000\n';

export async function setStage({
  handler,
  handlerName,
  files,
  extensions = {},
  ...options
}: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  mkdirSync(join(folder, 'function'));
  mkdirSync(join(folder, 'opt/extensions'), { recursive: true });
  for (const [path, source] of Object.entries({ ...(handler ? { 'index.mjs': handler } : {}), ...files })) {
    mkdirSync(dirname(join(folder, 'function', path)), { recursive: true });
    writeFileSync(join(folder, 'function', path), source);
  }
  for (const [name, source] of Object.entries(extensions)) {
    writeFileSync(join(folder, 'opt/extensions', name), source);
    chmodSync(join(folder, 'opt/extensions', name), 0o755);
  }
  const isSpokenFor = handler === undefined && files === undefined && options.runtimeCommand === undefined;
  const emulator = await startEmulator({
    ...options,
    ...(isSpokenFor ? { runtimeCommand: ['sleep', '1000'] } : {}),
    ...(handlerName === undefined ? {} : { handler: handlerName }),
    functionDir: join(folder, 'function'),
    optDir: join(folder, 'opt'),
  });

  const call = (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
    const sent = fetch(`http://${emulator.runtimeApi}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const answer = sent.then(async (response) => ({
      status: response.status,
      headers: response.headers,
      body: await response.text(),
    }));
    answer.catch(() => {}); // What still waits when the stage is struck is cut off.
    return answer;
  };
  return {
    emulator,
    folder,
    call,
    async register(name, events = []) {
      const headers = { 'Lambda-Extension-Name': name };
      const answer = await call('POST', '/2020-01-01/extension/register', headers, JSON.stringify({ events }));
      if (answer.status !== 200) throw new Error(`register was refused: ${answer.body}`);
      return answer.headers.get('Lambda-Extension-Identifier') ?? '';
    },
    extensionNext: (identifier) =>
      call('GET', '/2020-01-01/extension/event/next', { 'Lambda-Extension-Identifier': identifier }),
    runtimeNext: () => call('GET', '/2018-06-01/runtime/invocation/next'),
    respond: (requestId, body) => call('POST', `/2018-06-01/runtime/invocation/${requestId}/response`, {}, body),
    async [Symbol.asyncDispose]() {
      await emulator.close({ waitMs: 0 });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function requestIdOf(answer: Answer): string {
  return answer.headers.get('Lambda-Runtime-Aws-Request-Id') ?? '';
}

/** Looks again at each turn of the loop, for what tells nobody when it becomes true. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}

export interface AlarmClock extends SleepClock {
  /** How long each sleeper so far wanted to sleep. */
  readonly sleepsMs: number[];
  /** The time of those who sleep so long is up. */
  ring(ms: number): void;
}

/** Real time, but who sleeps for one of these durations is woken by the test: no limit strikes early on a slow machine. */
export function alarmClock(...heldMs: readonly number[]): AlarmClock {
  const sleepers = new Set<{ ms: number; wake: () => void }>();
  const sleepsMs: number[] = [];
  return {
    sleepsMs,
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep(ms, { signal } = {}) {
      sleepsMs.push(ms);
      if (!heldMs.includes(ms)) return systemClock.sleep(ms, signal ? { signal } : {});
      return new Promise((resolve, reject) => {
        const sleeper = { ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      });
    },
    ring(ms) {
      for (const sleeper of [...sleepers].filter((one) => one.ms === ms)) {
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}
