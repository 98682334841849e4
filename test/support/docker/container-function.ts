import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, type StartedNetwork, Wait } from 'testcontainers';
import { request } from 'undici';
import { dockerOutput } from '../../../scripts/docker.ts';
import { INVOCATIONS } from '../../../scripts/invoke.ts';

export interface FunctionOptions {
  image: string;
  /** A folder of test/fixtures/functions; without it, the image holds the function. */
  fixture?: string;
  environment?: Record<string, string>;
  network?: StartedNetwork | undefined;
  /** Files to add, by their path in the container. */
  executables?: Record<string, string>;
  /** As on a strict platform: only /tmp is writable, no privileges, not root. */
  isHardened?: boolean;
}

export interface FunctionContainer extends AsyncDisposable {
  invoke(event?: unknown): Promise<Invocation>;
  /** Everything written so far, by the function, the extensions and the emulator. */
  output(): string;
  /** Resolves when `pattern` has been written `times` times. */
  writes(pattern: RegExp, times?: number): Promise<void>;
  /** `docker stop`. */
  stop(): Promise<{ tookMs: number; exitCode: number }>;
}

export interface Invocation {
  status: number;
  /** Parsed where it is JSON. */
  body: unknown;
}

/** Starts a function under the runtime interface emulator of its image. */
export async function startFunction(options: FunctionOptions): Promise<FunctionContainer> {
  let output = '';
  const changes = new EventTarget();
  const container = await configure(options)
    .withLogConsumer((stream) => {
      stream.on('data', (chunk) => {
        output += chunk;
        changes.dispatchEvent(new Event('change'));
      });
    })
    .start();
  const url = `http://${container.getHost()}:${container.getMappedPort(8080)}${INVOCATIONS}`;

  return {
    async invoke(event = {}) {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const { statusCode, body } = await request(url, { method: 'POST', body: JSON.stringify(event), signal });
      return { status: statusCode, body: parse(await body.text()) };
    },
    output: () => output,
    async writes(pattern, times = 1) {
      const global = new RegExp(pattern, `${pattern.flags}g`);
      while ([...output.matchAll(global)].length < times) {
        const isChanged = new Promise((resolve) => changes.addEventListener('change', resolve, { once: true }));
        const late = sleep(PATIENCE_MS, 'late', { ref: false });
        if ((await Promise.race([isChanged, late])) === 'late')
          throw new Error(`No ${times} x ${pattern} in:\n${output}`);
      }
    },
    async stop() {
      const startedAtMs = performance.now();
      dockerOutput('stop', container.getId());
      const tookMs = performance.now() - startedAtMs;
      const exitCode = Number(dockerOutput('inspect', '--format', '{{.State.ExitCode}}', container.getId()));
      return { tookMs, exitCode };
    },
    async [Symbol.asyncDispose]() {
      await container.stop();
    },
  };
}

function configure(options: FunctionOptions): GenericContainer {
  const { image, fixture, environment = {}, network, executables = {}, isHardened = false } = options;
  const container = new (isHardened ? HardenedContainer : GenericContainer)(image)
    .withExposedPorts(8080)
    .withEnvironment({ ...CREDENTIALS, ...environment })
    .withWaitStrategy(Wait.forHttp('/', 8080).forStatusCodeMatching(() => true));
  if (fixture) {
    const source = resolve(import.meta.dirname, '../../fixtures/functions', fixture);
    container.withBindMounts([{ source, target: '/var/task', mode: 'ro' }]).withCommand(['index.handler']);
  }
  const files = Object.entries(executables).map(([target, source]) => ({ source, target, mode: 0o755 }));
  if (files.length > 0) container.withCopyFilesToContainer(files);
  if (network) container.withNetwork(network);
  return container;
}

class HardenedContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
    this.withTmpFs({ '/tmp': 'rw' })
      .withUser('993:990')
      .withDroppedCapabilities('ALL')
      .withSecurityOpt('no-new-privileges');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const PATIENCE_MS = 20_000;
const CREDENTIALS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'session-token',
};
