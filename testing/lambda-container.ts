import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StartedTestContainer } from 'testcontainers';
import { testcontainers } from './testcontainers.ts';

const { AbstractStartedContainer, GenericContainer, Wait } = testcontainers;

/**
 * A function in its image, as a container for a test. A `-dev` image runs it on the emulator of this project, any other image
 * on AWS's Runtime Interface Emulator, which answers on the same port.
 */
export class LambdaContainer extends GenericContainer {
  readonly #output: Output = { text: '', changes: new EventTarget() };

  /** @param image Default: `org/lambda-node-extended:24-dev`. */
  constructor(image = DEV_IMAGE) {
    super(image);
    this.withExposedPorts(PORT)
      .withEnvironment(CREDENTIALS)
      .withWaitStrategy(Wait.forHttp('/', PORT).forStatusCodeMatching(() => true))
      .withLogConsumer((stream) => {
        stream.on('data', (chunk) => {
          this.#output.text += chunk;
          this.#output.changes.dispatchEvent(new Event('change'));
        });
      });
  }

  /**
   * Mounts a folder of this machine, read-only, in place of the function in the image.
   * @param handler `file.method`, as in the function's configuration. Default: `index.handler`.
   * @throws {TypeError} there is no such folder, which Docker would create and give to root
   */
  withFunction(folder: string, handler = 'index.handler'): this {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new TypeError(`The function's folder is ${resolve(folder)}: there is no such directory.`);
    return this.withBindMounts([{ source: resolve(folder), target: '/var/task', mode: 'ro' }]).withCommand([handler]);
  }

  override async start(): Promise<StartedLambdaContainer> {
    return new StartedLambdaContainer(await super.start(), this.#output);
  }
}

export class StartedLambdaContainer extends AbstractStartedContainer {
  readonly #output: Output;

  constructor(container: StartedTestContainer, output: Output) {
    super(container);
    this.#output = output;
  }

  /** The URL that takes events. */
  get invokeUrl(): string {
    return `http://${this.getHost()}:${this.getMappedPort(PORT)}/2015-03-31/functions/function/invocations`;
  }

  /**
   * Invokes the function once. Rejects when there is no answer within 30 s.
   * @param event What the handler gets, sent as JSON. Default: `{}`.
   */
  async invoke(event: unknown = {}): Promise<Invocation> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.invokeUrl, { method: 'POST', headers, body: JSON.stringify(event), signal });
    return {
      status: response.status,
      payload: parse(await response.text()),
      functionError: response.headers.get('x-amz-function-error') ?? undefined,
    };
  }

  /** The output so far of the function, the extensions and the emulator. */
  get output(): string {
    return this.#output.text;
  }

  /** Resolves with the first line that matches; rejects when there is none within 30 s. */
  async line(pattern: RegExp): Promise<string> {
    for (const giveUp = AbortSignal.timeout(PATIENCE_MS); ; ) {
      const line = this.output.split('\n').find((text) => pattern.test(text));
      if (line !== undefined) return line;
      await new Promise((resolve, reject) => {
        this.#output.changes.addEventListener('change', resolve, { once: true });
        giveUp.addEventListener('abort', () => reject(new Error(`No line matches ${pattern}:\n${this.output}`)));
      });
    }
  }

  /** Stops the container like `docker stop`: the extensions get SHUTDOWN and have two seconds. */
  async stopGracefully(): Promise<void> {
    await this.stop({ remove: false, timeout: GRACE_MS });
  }
}

export interface Invocation {
  readonly status: number;
  /** Parsed if it is JSON, else text. */
  readonly payload: unknown;
  /** `Unhandled` when the function failed. AWS's emulator never sets it. */
  readonly functionError: string | undefined;
}

interface Output {
  text: string;
  readonly changes: EventTarget;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const DEV_IMAGE = 'org/lambda-node-extended:24-dev';
const PORT = 8080;
const PATIENCE_MS = 30_000;
const GRACE_MS = 5_000;
const CREDENTIALS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
};
