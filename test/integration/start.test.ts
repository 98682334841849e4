import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { freePort } from '../support/servers/free-port.ts';

const script = fileURLToPath(new URL('../../scripts/start.ts', import.meta.url));

it('npm start runs the template function on the emulator, shows two invocations and ends with Ctrl-C', async () => {
  const port = await freePort();
  const start = spawn(process.execPath, [script], { env: { ...process.env, FUNCTION_PORT: String(port) } });
  const ended = once(start, 'exit');
  let output = '';
  let errors = '';
  start.stderr.on('data', (text) => {
    errors += text;
  });
  const hasShown = new Promise<void>((resolve, reject) => {
    start.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('Ctrl-C ends it')) resolve();
    });
    void ended.then(() => reject(new Error(output)));
  });

  await hasShown;
  const response = await fetch(`http://localhost:${port}/2015-03-31/functions/function/invocations`, {
    method: 'POST',
    body: '{}',
  });
  const result = (await response.json()) as { secret: { fields: string[] }; parameter: { value: string } };
  start.kill('SIGINT');
  const [code] = await ended;

  expect(result.secret.fields).toEqual(['username', 'password']);
  expect(result.parameter.value).toBe('Hello from a local file');
  expect(output).not.toContain('only-local');
  // The explanation comes after the log of both invocations.
  expect(output.split('Two invocations gave')[0]?.match(/^REPORT /gm)).toHaveLength(2);
  // The caller may have its answer before the invocation is over.
  expect(notInOrder(output.trimEnd().split('\n'))).toEqual([]);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

it('npm start does not take a stranger on its port for the function', async () => {
  let requests = 0;
  const stranger = createServer((_request, response) => {
    requests += 1;
    response.end('"the answer of a stranger"');
  }).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const { port } = stranger.address() as { port: number };

  const ended = await execa(process.execPath, [script], { env: { FUNCTION_PORT: String(port) }, reject: false });

  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain(`Cannot listen on port ${port}`);
  expect(ended.stdout).not.toContain('stranger');
  expect(requests).toBe(0);
  stranger.close();
});

it.each([
  ['END ', 1],
  ['REPORT ', 1],
  // The first call loads the extensions. Where that takes longer than a stop waits, it is cut off, and the log says so.
  ['START ', 2],
] as const)(
  'npm start ends in order, and says nothing else, when Ctrl-C follows the line %sof call %i',
  async (last, call) => {
    const env = { ...process.env, FUNCTION_PORT: String(await freePort()) };
    const start = spawn(process.execPath, [script], { env });
    let errors = '';
    start.stderr.on('data', (text) => {
      errors += text;
    });
    const ended = once(start, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface(start.stdout)) {
      lines.push(line);
      if (line.startsWith(last) && lines.filter((one) => one.startsWith(last)).length === call) start.kill('SIGINT');
    }

    const [code] = await ended;

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(notInOrder(lines)).toEqual([]);
    expect(lines.at(-1)).toMatch(/^-- (shutdown|thaw) --$/);
  },
);

/** Of the lines after Ctrl-C, those that an orderly end does not have. */
function notInOrder(lines: readonly string[]): string[] {
  const from = lines.findIndex((line) => line.startsWith('Got SIGINT'));
  const orderly = /^(START|END|REPORT) RequestId: |^-- (freeze|thaw|shutdown) --$|^\[lambda-node-extended\] \S+ INFO /;
  return from < 0 ? ['no Got SIGINT'] : lines.slice(from + 1).filter((line) => !orderly.test(line));
}

it('npm start explains itself', async () => {
  const { stdout } = await execa(process.execPath, [script, '-h']);

  expect(stdout).toContain('FUNCTION_PORT');
});
