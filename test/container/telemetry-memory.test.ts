import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
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

  const { received, dropped, waiting, waitingBytes } = (await container.invoke(0)).metrics.telemetry.details.http;
  const killed = container.hostsKilled();
  const lost = await container.lostAtEnd();

  expect(received).toBe(dropped + waiting);
  expect(waitingBytes).toBeLessThanOrEqual(8 * 1024 * 1024);
  expect(killed).toBe(0);
  // No line is delivered, so each is lost and counted: in the store, in the host's buffer, or at the end. So are Lambda's own records.
  // What the buffer drops while the environment ends is in no figure here: at most what the store holds.
  expect(lost + dropped).toBeGreaterThan(flooded.written * 0.8);
  expect(lost + dropped).toBeLessThan(flooded.written * 1.1);
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
  const output = lossesIn(id);
  return {
    invoke,
    /** How many processes the kernel killed for memory. */
    hostsKilled: () => Number(dockerOutput('exec', id, 'sh', '-c', OOM_KILLS)),
    /** Ends the environment, and adds up what the log says is lost. */
    async lostAtEnd(): Promise<number> {
      dockerOutput('stop', '--time', '10', id);
      await output.ended;
      return output.losses.reduce((sum, count) => sum + count, 0);
    },
    async [Symbol.asyncDispose]() {
      dockerOutput('rm', '--force', id);
    },
  };
}

/** Follows the output without keeping it. */
function lossesIn(id: string) {
  const attached = execa('docker', ['attach', '--no-stdin', id], { buffer: false, reject: false });
  const losses: number[] = [];
  createInterface({ input: attached.stdout }).on('line', (line) => {
    const count = /Lost (\d+) (?:telemetry )?records/.exec(line)?.[1];
    if (count !== undefined) losses.push(Number(count));
  });
  return { losses, ended: attached };
}

/** Of version 2 or version 1 of control groups. */
const OOM_KILLS =
  "cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control 2>/dev/null | sed -n 's/^oom_kill //p'";
