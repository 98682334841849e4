import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { dockerOutput } from '../../scripts/docker.ts';
import { tagOf } from '../../scripts/image.ts';
import { INVOCATIONS } from '../../scripts/invoke.ts';

/** `npm run proof` goes on for ten minutes. */
const LONGEST_MS = Number(process.env.PROOF_MINUTES ?? 0) * 60_000;
const LEAST_LINES = 100_000;
const LINES_OF_AN_INVOCATION = 2_000;

it('a container of 320 MB survives lines of unique keys while the vendor is down, and counts what is lost', {
  timeout: LONGEST_MS + 300_000,
}, async ({ annotate }) => {
  await using container = await startFloods();
  const startedAtMs = performance.now();
  let flooded = await container.invoke(0);
  while (flooded.written < LEAST_LINES || performance.now() - startedAtMs < LONGEST_MS) {
    flooded = await container.invoke(LINES_OF_AN_INVOCATION);
    await annotate(`${flooded.written} lines`);
  }

  const counts = await container.untilReceived(flooded.written);

  expect(counts.received).toBe(counts.dropped + counts.waiting);
  expect(counts.dropped).toBeGreaterThan(LEAST_LINES / 2);
  expect(counts.waitingBytes).toBeLessThanOrEqual(8 * 1024 * 1024);
  expect(container.hostsKilled()).toBe(0);
});

interface Flooded {
  readonly written: number;
  readonly metrics: { readonly telemetry: { readonly details: { readonly http: Counts } } };
}

interface Counts {
  readonly received: number;
  readonly dropped: number;
  readonly waiting: number;
  readonly waitingBytes: number;
}

async function startFloods() {
  const folder = resolve(import.meta.dirname, '../fixtures/functions/floods');
  const environment = { TELEMETRY_DESTINATIONS: 'http', TELEMETRY_HTTP_URL: 'http://127.0.0.1:9' };
  const id = dockerOutput(
    'run',
    '--detach',
    ...['--memory', '320m', '--memory-swap', '320m'],
    // What the function writes would fill the disk of this machine.
    ...['--log-driver', 'none'],
    ...['--publish', '127.0.0.1:0:8080', '--volume', `${folder}:/var/task:ro`],
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...['--entrypoint', '/var/lang/bin/node', tagOf('dev'), '/var/emulator/main.mjs', 'dev', '--inherit-env'],
    // The function's own heap stays small: what it writes is its garbage, and the container is for the extension.
    ...[
      '--address',
      '0.0.0.0',
      '--timeout',
      '300',
      '--memory',
      '128',
      '--function-dir',
      '/var/task',
      '--opt-dir',
      '/opt',
    ],
    ...['--runtime-command', '/var/runtime/bootstrap', '--handler', 'index.handler'],
  );
  const url = `http://${dockerOutput('port', id, '8080').split('\n')[0]}${INVOCATIONS}`;

  async function invoke(lines: number): Promise<Flooded> {
    const { body } = await request(url, { method: 'POST', body: JSON.stringify({ lines }) });
    return (await body.json()) as Flooded;
  }

  /** Docker publishes the port before the emulator listens on it. */
  async function untilInvoked(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const isInvoked = await invoke(0).then(
        () => true,
        () => false,
      );
      if (isInvoked) return;
      await sleep(100);
    }
    throw new Error(`the emulator did not answer:\n${dockerOutput('logs', id)}`);
  }

  await untilInvoked();
  return {
    invoke,
    /** Lines, and the records of Lambda itself. Rejects when they do not come. */
    async untilReceived(lines: number): Promise<Counts> {
      for (let tries = 0; tries < 100; tries++) {
        const { metrics } = await invoke(0);
        const counts = metrics.telemetry.details.http;
        if (counts.received >= lines) return counts;
        await sleep(100);
      }
      throw new Error(`the extension did not get ${lines} lines`);
    },
    /** How many processes the kernel killed for memory. */
    hostsKilled: () => Number(dockerOutput('exec', id, 'sh', '-c', OOM_KILLS)),
    async [Symbol.asyncDispose]() {
      dockerOutput('rm', '--force', id);
    },
  };
}

/** Of version 2 or version 1 of control groups. */
const OOM_KILLS =
  "cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control 2>/dev/null | sed -n 's/^oom_kill //p'";
