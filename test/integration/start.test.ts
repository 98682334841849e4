import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { freePort } from '../support/servers/free-port.ts';

const script = fileURLToPath(new URL('../../scripts/start.ts', import.meta.url));

it('npm start runs the template function on the emulator, shows two invocations and ends with Ctrl-C', async () => {
  const port = await freePort();
  const start = spawn(process.execPath, [script], { env: { ...process.env, FUNCTION_PORT: String(port) } });
  const ended = once(start, 'exit');
  let output = '';
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
  expect(code).toBe(0);
});
