import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { SECRET_PATH, startSecrets } from '../../support/lambda/secrets-extension.ts';
import { startTelemetryLambda } from '../../support/lambda/telemetry-lambda.ts';
import { freePort } from '../../support/servers/free-port.ts';
import { ROUNDS } from '../options.ts';
import { cpuMsOf } from './cpu-time.ts';
import { canLimitMemory, limitMemory } from './memory-limit.ts';
import { sleep, withChildren } from './processes.ts';

const DESCRIPTORS = 96;
const CONNECTIONS = 200;

it('connections beyond the limit of descriptors do no harm: reads work again when they are gone', async ({ task }) => {
  await using secrets = await startSecrets({ through: ['bash', '-c', `ulimit -n ${DESCRIPTORS} && exec "$0"`] });
  const before = (await secrets.read(SECRET_PATH)).status;

  const statuses: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const sockets = Array.from({ length: CONNECTIONS }, () =>
      connect(secrets.port, '127.0.0.1').on('error', () => undefined),
    );
    await Promise.all(sockets.map((socket: Socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
    for (const socket of sockets) socket.destroy();
    await Promise.all(sockets.map((socket) => socket.closed || once(socket, 'close')));
    statuses.push((await secrets.read(SECRET_PATH)).status);
  }

  expect([before, ...new Set(statuses)]).toEqual([200, 200]);
  expect(secrets.host.output).not.toMatch(/terminated|an error of our own/);
  task.meta.proof = {
    part: 'fault',
    tried: `${CONNECTIONS} connections at a limit of ${DESCRIPTORS} descriptors (ulimit -n)`,
    times: ROUNDS,
    held: 'reads worked again as soon as they were gone, no process was restarted',
  };
});

const WATCHED_MS = 2_000;
/** Of one core. */
const MOST_CPU_SHARE = 0.05;

it.for<[string, Record<string, string>, number, number]>([
  ['the host serves', {}, 200, DESCRIPTORS],
  // Fewer than the callers that it takes at once.
  ['the supervisor refuses', { PATH: '/nowhere' }, 503, 40],
])('connections that stay, beyond the limit of descriptors, cost no CPU time while %s', async (one, { task }) => {
  const [state, environment, status, descriptors] = one;
  const through = ['/bin/bash', '-c', `ulimit -n ${descriptors} && exec "$0"`];
  await using secrets = await startSecrets({ environment, through });
  const before = (await secrets.read(SECRET_PATH)).status;
  const sockets = Array.from({ length: CONNECTIONS }, () =>
    connect(secrets.port, '127.0.0.1').on('error', () => undefined),
  );
  await Promise.all(sockets.map((socket: Socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
  const supervisor = secrets.host.process.pid ?? 0;
  const pids = withChildren(supervisor);
  if (status === 503) await expect.poll(() => descriptorsOf(supervisor)).toBeGreaterThanOrEqual(descriptors - 1);

  const [cpuBeforeMs, startedAtMs] = [cpuMsOf(pids), performance.now()];
  await sleep(WATCHED_MS);
  const share = (cpuMsOf(pids) - cpuBeforeMs) / (performance.now() - startedAtMs);
  for (const socket of sockets) socket.destroy();

  expect(before).toBe(status);
  expect(share).toBeLessThan(MOST_CPU_SHARE);
  task.meta.proof = {
    part: 'fault',
    tried: `${CONNECTIONS} connections that stay, at a limit of ${descriptors} descriptors, while ${state}`,
    times: CONNECTIONS,
    held: `${(share * 100).toFixed(1)} % of a core`,
  };
});

function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

const LIMIT_MB = 192;
const LINES = 20_000;
const CALLS = 2 * ROUNDS;

/** What a function may log: the code of one line. */
const SHAPES = {
  'JSON lines of 40 keys that no other line has':
    "JSON.stringify({ message: 'x', users: Object.fromEntries(Array.from({ length: 40 }, (_, k) => ['user-' + n + '-' + k, k])) })",
  'text lines': "'line ' + n + ' of some length, as a function logs them in the course of its day'",
  'JSON lines with 200 small numbers':
    "JSON.stringify({ message: 'x', points: Array.from({ length: 200 }, (_, k) => k % 7) })",
};

it.skipIf(!canLimitMemory).for(Object.entries(SHAPES))(
  'a flood while the vendor is down kills nobody within a limit of memory (needs a writable cgroup): %s',
  { timeout: 60_000 + ROUNDS * 60_000 },
  async ([shape, code], { task, annotate }) => {
    using limit = limitMemory(LIMIT_MB);
    const flood = `let n = 0;
    export async function handler() {
      for (let line = 0; line < ${LINES}; line++, n++) {
        console.log(${code});
        if (line % 500 === 499) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      return 'ok';
    }`;
    const environment = {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: `http://127.0.0.1:${await freePort()}`,
      TELEMETRY_FLUSH: 'end',
    };
    const options = { memoryMB: 1_024, timeoutMs: 60_000, prepare: limit.useIn };
    await using lambda = await startTelemetryLambda(flood, environment, options);
    await lambda.warmUp();
    const host = lambda.hostPid();

    const payloads: string[] = [];
    for (let call = 0; call < CALLS; call++) payloads.push((await lambda.invoke()).payload);
    const {
      received = 0,
      delivered = 0,
      dropped = 0,
      rejected = 0,
      waiting = 0,
    } = (await lambda.metrics()).telemetry.details.http ?? {};

    await annotate(`${received} records, ${dropped} dropped, ${waiting} waiting; ${lambda.said().join(' | ')}`);
    expect(new Set(payloads)).toEqual(new Set(['"ok"']));
    expect(lambda.hostPid()).toBe(host);
    expect(received).toBeGreaterThan(LINES / 4);
    expect(delivered + dropped + rejected + waiting).toBe(received);
    task.meta.proof = {
      part: 'fault',
      tried: `${shape} with the vendor down, in a cgroup of ${LIMIT_MB} MB`,
      times: LINES * CALLS,
      held: 'each record that came is counted, no process was killed',
    };
  },
);

it('an idle host and its supervisor take no CPU time while clients are silent', async ({ task }) => {
  await using secrets = await startSecrets();
  await secrets.read(SECRET_PATH);
  const silent = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const socket = connect(secrets.port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    }),
  );
  const pids = withChildren(secrets.host.process.pid ?? 0);
  const before = cpuMsOf(pids);

  await sleep(1_500);
  const usedMs = cpuMsOf(pids) - before;
  for (const socket of silent) socket.destroy();

  expect(usedMs).toBeLessThan(500);
  expect(pids).toHaveLength(2);
  task.meta.proof = {
    part: 'fault',
    tried: '50 connections that say nothing for 1.5 s',
    times: 50,
    held: `${usedMs} ms of CPU`,
  };
});
