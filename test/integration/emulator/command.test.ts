import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { until } from './stage.ts';

const MAIN = fileURLToPath(new URL('../../../emulator/main.ts', import.meta.url));
const FIXTURES = fileURLToPath(new URL('../../fixtures/emulator', import.meta.url));
/** Runs a program on a terminal; when it is killed, the terminal is gone. */
const PSEUDO_TERMINAL = ['python3', '-c', 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)'];
/** What nobody reports is looked at again and again, and fails with what was seen last. */
const PATIENCE = { timeout: 10_000, interval: 10 };
const FREE_PORTS = ['--port', '0', '--runtime-api-port', '0'];

interface Command extends AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  readonly folder: string;
  /** Lines of standard output so far. */
  readonly lines: string[];
  /** The first line, from the past too, that fits. */
  line(pattern: RegExp): Promise<string>;
  /** Exit status and standard error. */
  readonly ended: Promise<{ status: number | null; errors: string }>;
}

/** Runs `dev` in a folder of its own that holds a function which tells its event. */
function run(flags: readonly string[], files: Readonly<Record<string, string>> = {}, program: string[] = []): Command {
  const folder = mkdtempSync(join(tmpdir(), 'command-'));
  mkdirSync(join(folder, 'opt/extensions'), { recursive: true });
  const all = { 'index.mjs': 'export const handler = (event) => ({ event, mine: process.env.MINE })', ...files };
  for (const [path, source] of Object.entries(all)) writeFileSync(join(folder, path), source);
  const [command = '', ...args] = [...program, process.execPath, MAIN, 'dev', ...flags];
  const child = spawn(command, args, { cwd: folder });
  const lines: string[] = [];
  const arrivals = new EventTarget();
  let rest = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdout.on('data', (chunk) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    arrivals.dispatchEvent(new Event('line'));
  });
  const ended = once(child, 'close').then(([status]) => ({ status, errors }));
  return {
    process: child,
    folder,
    lines,
    ended,
    async line(pattern) {
      for (;;) {
        const found = lines.find((line) => pattern.test(line));
        if (found !== undefined) return found;
        await Promise.race([
          once(arrivals, 'line'),
          ended.then(() => Promise.reject(new Error(`It ended: ${errors}`))),
        ]);
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const invoke = async (url: string, body = '{"a":1}') => (await fetch(url, { method: 'POST', body })).text();

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('lambda-node-extended dev', () => {
  it('prints the URL first, then how to call it, and answers there', async () => {
    await using command = run(FREE_PORTS);
    const url = await command.line(/^http/);

    expect(command.lines[0]).toBe(url);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/2015-03-31\/functions\/function\/invocations$/);
    expect(await command.line(/^curl/)).toBe(`curl -d '{}' ${url}`);
    expect(await invoke(url)).toBe('{"event":{"a":1}}');
    expect(await command.line(/^REPORT/)).toContain('Memory Size: 128 MB');
  });

  it('reads the variables of a file, the handler, the folder, size and time', async () => {
    await using command = run(
      [...FREE_PORTS, '--env-file', 'my.env', '--handler', 'app.main', '--memory', '256', '--timeout', '7'],
      {
        'my.env': '# comment\nMINE="from the file"\n',
        'app.mjs': `export const main = (_, context) => [process.env.MINE, context.memoryLimitInMB, context.getRemainingTimeInMillis() > 5_000]`,
      },
    );

    expect(await invoke(await command.line(/^http/))).toBe('["from the file","256",true]');
  });

  it('shuts the environment down in order on Ctrl-C', async () => {
    await using command = run([...FREE_PORTS, '--opt-dir', 'opt', '--timeout', '20']);
    cpSync(join(FIXTURES, 'extension.sh'), join(command.folder, 'opt/extensions/extension.sh'));
    chmodSync(join(command.folder, 'opt/extensions/extension.sh'), 0o755);
    await invoke(await command.line(/^http/));
    await command.line(/^-- freeze --$/);

    command.process.kill('SIGINT');
    const { status } = await command.ended;

    expect(status).toBe(0);
    expect(await command.line(/"eventType":"SHUTDOWN","shutdownReason":"spindown"/)).toMatch(
      /^\[extension\.sh\] bash saw/,
    );
  });

  it('leaves no process behind after a second signal', async () => {
    const ignores = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
id=$(curl -s -D - -o /dev/null -X POST "$api/register" -H "Lambda-Extension-Name: ignores.sh" -d '{"events":["SHUTDOWN"]}' | tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
curl -s "$api/event/next" -H "Lambda-Extension-Identifier: $id" > /dev/null
echo "ignores it as $$"
exec sleep 1000
`;
    await using command = run([...FREE_PORTS, '--opt-dir', 'opt', '--timeout', '20']);
    writeFileSync(join(command.folder, 'opt/extensions/ignores.sh'), ignores, { mode: 0o755 });
    await invoke(await command.line(/^http/));
    await command.line(/^-- freeze --$/);
    command.process.kill('SIGINT');
    const extension = Number((await command.line(/ignores it as \d+$/)).split(' ').at(-1));

    command.process.kill('SIGINT');

    expect(await command.ended).toMatchObject({ status: 130 });
    await until(() => !isRunning(extension));
  });

  it('leaves no process behind when its terminal is closed', async () => {
    const files = { 'index.mjs': 'export const handler = () => process.pid' };
    await using command = run(FREE_PORTS, files, PSEUDO_TERMINAL);
    const runtime = Number(await invoke((await command.line(/^http/)).trim()));
    await command.line(/-- freeze --/);

    command.process.kill('SIGKILL');

    await expect.poll(() => isRunning(runtime), PATIENCE).toBe(false);
  });

  it('leaves no runtime behind when it is killed', async () => {
    await using command = run([...FREE_PORTS, '--no-freeze'], {
      'index.mjs': 'export const handler = () => process.pid',
    });
    const runtime = Number(await invoke(await command.line(/^http/)));

    command.process.kill('SIGKILL');

    await expect.poll(() => isRunning(runtime), PATIENCE).toBe(false);
  });

  it('is plain where it is piped, and coloured on a terminal', async () => {
    await using piped = run(FREE_PORTS);
    await using onTerminal = run(FREE_PORTS, {}, PSEUDO_TERMINAL);

    await invoke(await piped.line(/^http/));
    await invoke((await onTerminal.line(/^http/)).trim());

    expect(await piped.line(/REPORT/)).toMatch(/^REPORT/);
    expect(await onTerminal.line(/REPORT/)).toContain('\u001b[36mREPORT');
  });

  it('prints JSON for machines', async () => {
    await using command = run([...FREE_PORTS, '--json']);
    const listening = JSON.parse(await command.line(/listening/));

    await invoke(listening.invokeUrl);
    await command.line(/REPORT/);

    expect(listening).toEqual({
      type: 'listening',
      invokeUrl: expect.stringContaining('http://127.0.0.1:'),
      runtimeApi: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
    const events = command.lines.map((line) => JSON.parse(line));
    expect(events).toContainEqual({ type: 'phase', name: 'init', atMs: expect.any(Number) });
    expect(events).toContainEqual({ type: 'line', source: 'platform', text: expect.stringMatching(/^START/) });
  });

  it('begins a new environment when the files change', async () => {
    await using command = run([...FREE_PORTS, '--watch']);
    const url = await command.line(/^http/);
    expect(await invoke(url)).toBe('{"event":{"a":1}}');
    await command.line(/^-- freeze --$/);

    writeFileSync(join(command.folder, 'index.mjs'), 'export const handler = () => "changed"');
    await command.line(/^The files changed/);
    await command.line(/^-- shutdown --$/);

    expect(await invoke(url)).toBe('"changed"');
  });

  it('begins a new environment, with the new variables, when the file of variables changes, on the usual ports', async () => {
    await using command = run(['--watch', '--env', 'my.env'], { 'my.env': 'MINE=first' });
    const url = await command.line(/^http/);
    expect(await invoke(url)).toBe('{"event":{"a":1},"mine":"first"}');
    await command.line(/^-- freeze --$/);

    writeFileSync(join(command.folder, 'my.env'), 'MINE=second');
    await command.line(/^The files changed|expected a number/);
    await command.line(/^-- shutdown --$/);

    expect(await invoke(url)).toBe('{"event":{"a":1},"mine":"second"}');
  });

  it('begins it at once where capacity is provisioned', async () => {
    await using command = run([...FREE_PORTS, '--watch', '--init-type', 'provisioned-concurrency'], {
      'index.mjs': 'console.log("first code"); export const handler = () => 1',
    });
    await command.line(/first code$/);
    await command.line(/^-- freeze --$/);

    writeFileSync(join(command.folder, 'index.mjs'), 'console.log("second code"); export const handler = () => 1');

    await command.line(/second code$/);
    expect(command.lines.filter((line) => line.startsWith('START'))).toEqual([]);
  });

  it('begins it after an init with SnapStart, during which the files changed', async () => {
    const waits = 'while (!existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 5));';
    await using command = run([...FREE_PORTS, '--watch', '--init-type', 'snap-start', '--timeout', '900'], {
      'index.mjs': `import { existsSync } from 'node:fs'; console.log('first code'); ${waits} export const handler = () => 1`,
    });
    await command.line(/first code$/);

    writeFileSync(join(command.folder, 'index.mjs'), 'console.log("second code"); export const handler = () => 2');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    mkdirSync(join(command.folder, 'go'));

    await command.line(/second code$/);
    expect(command.lines.filter((line) => line.startsWith('START'))).toEqual([]);
  });

  it('runs another runtime', async () => {
    await using command = run([
      ...FREE_PORTS,
      '--timeout',
      '20',
      '--runtime-command',
      `python3 "${FIXTURES}/bootstrap.py"`,
    ]);

    expect(await invoke(await command.line(/^http/))).toBe('{"python": {"a": 1}}');
  });

  it('says which port is taken, and what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using command = run(['--port', String(port), '--runtime-api-port', '0']);

    const { status, errors } = await command.ended;

    expect(status).toBe(1);
    expect(errors).toBe(
      `Cannot listen on port ${port}, because another process does. Stop that process, or choose another port: --port for invocations, --runtime-api-port for Lambda's APIs.\n`,
    );
    server.close();
  });

  it.each([
    [['--port', 'abc'], '--port is "abc": expected a number from 0 to 65535.'],
    [['--memory', '64'], '--memory is "64": expected a number from 128 to 10240.'],
    [['--timeout', '901'], '--timeout is "901": expected a number from 0.001 to 900.'],
    [
      ['--init-type', 'warm'],
      '--init-type is "warm": expected on-demand or provisioned-concurrency or snap-start or lambda-managed-instances.',
    ],
    [['--init-type', 'snap-start', '--restores', '0'], '--restores is "0": expected a number from 1 to 100.'],
    [['--restores', '2'], '--restores is "2": expected 1, because --init-type is not snap-start.'],
    [['--log-format', 'xml'], '--log-format is "xml": expected Text or JSON.'],
    [['--when-busy', 'maybe'], '--when-busy is "maybe": expected wait or reject.'],
    [['--colour'], 'Unknown option `--colour`'],
  ])('refuses %j', async (flags, expected) => {
    await using command = run(flags);

    const { status, errors } = await command.ended;

    expect(status).toBe(2);
    expect(errors).toContain(expected);
    expect(errors).toContain('Try: lambda-node-extended dev --help');
  });

  it('says when a folder does not exist', async () => {
    await using command = run([...FREE_PORTS, '--function-dir', 'gone']);

    const { status, errors } = await command.ended;

    expect(status).toBe(1);
    expect(errors).toMatch(/^functionDir is .*gone: there is no such directory\.\n$/);
  });

  it('has the flags that its page documents, and no others', async () => {
    await using command = run(['--help']);
    await command.ended;
    const page = readFileSync(new URL('../../../docs/emulator.md', import.meta.url), 'utf8');

    const flagsOfHelp = command.lines.flatMap((line) => /^ {2}(?:-h, )?(--[\w-]+)/.exec(line)?.[1] ?? []);
    const flagsOfPage = [...page.matchAll(/^\| `(--[\w-]+)`/gm)].map(([, flag]) => flag);

    expect(flagsOfPage.sort()).toEqual(flagsOfHelp.filter((flag) => flag !== '--help').sort());
  });

  it('explains itself with examples', async () => {
    await using command = run(['--help']);

    await command.ended;

    const help = command.lines.join('\n');
    expect(help).toContain('--spindown-after <seconds>');
    expect(help).toContain('lambda-node-extended dev --opt-dir dist/opt --env .env --watch');
  });
});
