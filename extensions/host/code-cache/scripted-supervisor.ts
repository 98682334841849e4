import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { INVOKE, invocations } from './scripted-world.ts';

/**
 * Runs this program once more, as a host that a supervisor has started, and plays the supervisor: an invocation after the other, what
 * Lambda delivers in each, and SHUTDOWN. The environment of that process says so.
 */
export async function runUnderScriptedSupervisor(environment: NodeJS.ProcessEnv): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  const store = join(folder, 'store');
  const bodies = invocations.map(({ records }) => JSON.stringify(records));
  writeFileSync(store, bodies.join(''));
  const fd = openSync(store, 'r');
  try {
    const host = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      env: { ...environment, ...LAUNCHED },
      stdio: ['ignore', 'inherit', 'inherit', 'pipe', fd],
    });
    const ended = once(host, 'exit');
    play(host.stdio[CONTROL_FD] as Duplex, bodies);
    const [code] = await ended;
    if (code !== 0) throw new Error(`the process that does it ended with ${code}`);
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
}

/** Whether this process is that host. */
export function isLaunched(environment: NodeJS.ProcessEnv): boolean {
  return environment.HOST_CONTROL_FD !== undefined;
}

/** What the supervisor hands to its child. */
export function launchVariables(environment: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(LAUNCHED).map((name) => [name, environment[name]]));
}

function play(control: Duplex, bodies: readonly string[]): void {
  const say = (...lines: readonly string[]) => control.write(`${lines.join('\n')}\n`);
  let next = 0;
  let offset = 0;

  function goOn(): void {
    const invocation = invocations[next];
    const length = Buffer.byteLength(bodies[next] ?? '');
    next += 1;
    if (invocation === undefined) return void say(JSON.stringify({ ...SHUTDOWN, deadlineMs: Date.now() + 2_000 }));
    say(JSON.stringify({ ...INVOKE, requestId: invocation.requestId }), `delivery ${next} ${offset} ${length}`);
    offset += length;
  }

  // The process that is gone says nothing more, and its code says why.
  control.on('error', () => undefined);
  createInterface({ input: control }).on('line', (line) => {
    const [word] = line.split(' ');
    if (word === 'ready' || word === 'done') goOn();
    if (word === 'give') say('given');
  });
  say('texts-end', '{"eventType":"PING"}');
}

const CONTROL_FD = 3;
const LAUNCHED = {
  HOST_CONTROL_FD: String(CONTROL_FD),
  HOST_STORE_FD: '4',
  HOST_STARTS: '1',
  HOST_REASON: 'after-next',
  HOST_IS_SUBSCRIBED: '1',
  EXTENSION_ID: 'a',
};
const SHUTDOWN = { eventType: 'SHUTDOWN', shutdownReason: 'spindown' };
