import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { runsNode } from './runs-node.ts';

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

it.each([
  ['sleep waits', 'echo ready; exec sleep 60', false],
  [
    'a shell has started Node.js',
    `"${process.execPath}" -e 'console.log(1); setTimeout(() => {}, 60000)' & wait`,
    true,
  ],
])('%s', async (_what, script, expected) => {
  child = spawn('/bin/sh', ['-c', `trap 'kill 0' TERM; ${script}`], { detached: true });
  await once(child.stdout as NodeJS.ReadableStream, 'data');

  expect(runsNode(child.pid ?? 0)).toBe(expected);
  process.kill(-(child.pid ?? 0), 'SIGKILL');
});
