import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deliveryUrl } from '../support/lambda/delivery-url.ts';
import { startExtensionsApi } from '../support/lambda/extensions-api.ts';
import { copyOpt } from '../support/lambda/opt-copy.ts';
import { isSupervisorBuilt } from '../support/lambda/supervised.ts';
import { freePort } from '../support/servers/free-port.ts';

const WAYS = [
  ...(isSupervisorBuilt ? [['with the supervisor', { isAlone: false }] as const] : []),
  ['without the supervisor', { isAlone: true }] as const,
];
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** A pipe that is full, and that somebody else may write to as well: the function. */
function fullPipe() {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', ['-m', '600', path]);
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  /** What the extension inherits. */
  const shared = openSync(path, constants.O_WRONLY);
  const filler = Buffer.alloc(4_096, '.');
  const tryTo = (work: () => number) => {
    try {
      return work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return 0;
    }
  };
  while (tryTo(() => writeSync(reader, filler)) > 0);
  const buffer = Buffer.alloc(1024 * 1024);
  return {
    shared,
    /** Reads all that is in it now. */
    drain(): string {
      let text = '';
      for (let count = -1; count !== 0; ) {
        count = tryTo(() => readSync(reader, buffer));
        text += buffer.toString('utf8', 0, count);
      }
      return text;
    },
    isBlocking: () => {
      const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${shared}`, 'utf8'))?.[1];
      return (Number.parseInt(flags ?? '', 8) & constants.O_NONBLOCK) === 0;
    },
    [Symbol.dispose]() {
      closeSync(reader);
      closeSync(shared);
      rmSync(folder, { recursive: true });
    },
  };
}

interface Started extends AsyncDisposable {
  readonly api: Awaited<ReturnType<typeof startExtensionsApi>>;
  readonly process: ChildProcess;
  deliver(body: string): Promise<number>;
}

/** An extension that has something to say from its start: a port is taken, and a setting is wrong. */
async function start(way: { isAlone: boolean }, stdout: number | 'pipe', uid?: number): Promise<Started> {
  const opt = copyOpt(['chatty.cjs'], way);
  chmodSync(opt.folder, 0o755);
  const api = await startExtensionsApi();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const child = spawn(opt.launcher, {
    env: {
      PATH: process.env.PATH,
      AWS_LAMBDA_RUNTIME_API: api.authority,
      AWS_SESSION_TOKEN: 't',
      EXTENSIONS_START: 'soon',
      EXTENSIONS_HTTP_PORT: String(await freePort()),
      EXTENSIONS_TELEMETRY_PORT: String(await freePort()),
      AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(await freePort()),
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(typeof address === 'object' ? address?.port : 0),
    },
    stdio: ['ignore', stdout, 'ignore'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const ended = once(child, 'exit');
  await api.asksForEvent(1);
  return {
    api,
    process: child,
    deliver: async (body) => (await fetch(deliveryUrl(api), { method: 'POST', body })).status,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      taken.close();
      await api[Symbol.asyncDispose]();
      opt[Symbol.dispose]();
    },
  };
}

const DROPPED = /WARN \[(supervisor|host|chatty)\] Dropped \d+ log lines, because the log was full: nobody read it\./;

describe.each(WAYS)('a log that nobody reads, %s', (_way, way) => {
  it.each([
    ['that can be opened again', undefined],
    ...(isRoot ? [['that belongs to another user, as on Lambda', NOBODY] as const] : []),
  ] as const)('does not stop the extension, in a pipe %s, and says later how much is missing', async (_pipe, uid) => {
    using pipe = fullPipe();
    await using extension = await start(way, pipe.shared, uid);

    const statuses = new Set<number>();
    // Each is worth a line, and all of them are more than a queue holds.
    for (let count = 0; count < 2_000; count++) statuses.add(await extension.deliver(lineOf(count)));
    extension.api.send(invoke('r-1'));
    await extension.api.asksForEvent(2);
    const whileFull = pipe.isBlocking();
    pipe.drain();
    extension.api.send(invoke('r-2'));
    await extension.api.asksForEvent(3);
    let text = '';
    while (!DROPPED.test(text)) {
      text += pipe.drain();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }

    expect([[...statuses], whileFull]).toEqual([[200], true]);
    for (const line of text.split('\n').slice(0, -1))
      expect(line).toMatch(/^(\.*|\d{4}-\d\d-\d\dT\S+ (INFO|WARN|ERROR) \[.*)$/);
  });

  it('does not stop the extension, in a socket', async () => {
    await using extension = await start(way, 'pipe');

    for (let count = 0; count < 5_000; count++) await extension.deliver(lineOf(count));
    extension.api.send(invoke('r-1'));
    await extension.api.asksForEvent(2);

    extension.process.stdout?.setEncoding('utf8');
    let text = '';
    for await (const part of extension.process.stdout ?? []) {
      text += part;
      if (DROPPED.test(text)) break;
    }
    expect(text).toMatch(DROPPED);
  });

  it('does not keep the extension from its end', async () => {
    using pipe = fullPipe();
    await using extension = await start(way, pipe.shared, isRoot ? NOBODY : undefined);
    for (let count = 0; count < 100; count++) await extension.deliver(lineOf(count));

    const ended = once(extension.process, 'exit');
    const startedAtMs = performance.now();
    extension.api.send({ eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs: Date.now() + 20_000 });
    await ended;

    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
  });
});

function lineOf(count: number): string {
  return JSON.stringify([{ time: '2026-12-01T12:00:00.000Z', type: 'function', record: `line ${count} of many` }]);
}

function invoke(requestId: string): object {
  return { eventType: 'INVOKE', deadlineMs: Date.now() + 60_000, requestId, invokedFunctionArn: 'arn' };
}
