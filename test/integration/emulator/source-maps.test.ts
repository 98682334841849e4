import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { startDev } from './dev-command.ts';

const SOURCE = `interface Order {
  readonly id: number;
}

export const handler = async (order: Order): Promise<never> => {
  throw new Error(\`no \${order.id}\`);
};
`;

async function builtFiles(): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'built-'));
  writeFileSync(join(folder, 'app.ts'), SOURCE);
  await build({
    entryPoints: [join(folder, 'app.ts')],
    outdir: join(folder, 'out'),
    sourcemap: true,
    format: 'esm',
    minify: true,
  });
  const files = {
    'app.js': readFileSync(join(folder, 'out/app.js'), 'utf8'),
    'app.js.map': readFileSync(join(folder, 'out/app.js.map'), 'utf8'),
  };
  rmSync(folder, { recursive: true });
  return { ...files, 'package.json': '{"type":"module"}' };
}

it.each([
  [[], /app\.ts:6:9\)?$/],
  [['--no-source-maps'], /app\.js:1:\d+\)?$/],
])('the stack trace of a bundle with %s names the line of the source', async (flags, frame) => {
  await using dev = await startDev(['--handler', 'app.handler', '--opt-dir', 'none', ...flags], await builtFiles());
  const url = await dev.line(/^http/);

  const { trace } = (await (await fetch(url, { method: 'POST', body: '{"id":1}' })).json()) as { trace: string[] };

  expect(trace[1]).toMatch(frame);
});

it('a runtime command of Node.js has them, too', async () => {
  const runtime = `const { AWS_LAMBDA_RUNTIME_API: api, NODE_OPTIONS } = process.env;
const base = 'http://' + api + '/2018-06-01/runtime/invocation/';
for (;;) {
  const next = await fetch(base + 'next');
  await fetch(base + next.headers.get('lambda-runtime-aws-request-id') + '/response', { method: 'POST', body: JSON.stringify(NODE_OPTIONS) });
}`;
  await using dev = await startDev(
    ['--runtime-command', `${process.execPath} runtime.mjs`, '--env', 'my.env', '--opt-dir', 'none'],
    { 'runtime.mjs': runtime, 'my.env': 'NODE_OPTIONS=--no-warnings' },
  );

  const response = await fetch(await dev.line(/^http/), { method: 'POST' });

  expect(await response.json()).toBe('--no-warnings --enable-source-maps');
});
