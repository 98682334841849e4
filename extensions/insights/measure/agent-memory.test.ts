import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentMemory } from './agent-memory.ts';

const PARENT = 7;

/** A /proc with this process and the one that started it. */
function procWith(parentsFile: string) {
  const proc = mkdtempSync(join(tmpdir(), 'proc-'));
  const write = (pid: 'self' | number, kilobytes: number) =>
    writeFileSync(join(proc, String(pid), 'status'), `Name:\tnode\nVmPeak:\t 999999 kB\nVmRSS:\t  ${kilobytes} kB\n`);
  for (const pid of ['self', String(PARENT)]) mkdirSync(join(proc, pid));
  symlinkSync(parentsFile, join(proc, String(PARENT), 'exe'));
  return { proc, write, [Symbol.dispose]: () => rmSync(proc, { recursive: true }) };
}

describe('the memory of our own processes', () => {
  it.each(['/opt/extensions/lambda-node-extended', '/opt/lambda-node-extended/supervisor'])(
    'is that of the host and of the supervisor %s, on average and at most',
    (supervisor) => {
      using tree = procWith(supervisor);
      tree.write(PARENT, 600);
      tree.write('self', 40_000);
      const ours = agentMemory(tree.proc, PARENT);
      ours.sample();
      tree.write('self', 42_000);
      ours.sample();

      expect(ours.take()).toEqual({ averageBytes: 41_600 * 1_024, maxBytes: 42_600 * 1_024 });
    },
  );

  it('is that of the host alone where Lambda started it', () => {
    using tree = procWith('/var/rapid/init');
    tree.write(PARENT, 600);
    tree.write('self', 40_000);
    const ours = agentMemory(tree.proc, PARENT);
    ours.sample();

    expect(ours.take()?.maxBytes).toBe(40_000 * 1_024);
  });

  it('is that of the latest sample where a span has none, and unknown before the first', () => {
    using tree = procWith('/opt/extensions/lambda-node-extended');
    tree.write('self', 40_000);
    const ours = agentMemory(tree.proc, PARENT);
    const before = ours.take();
    ours.sample();
    const first = ours.take();

    expect([before, ours.take()]).toEqual([undefined, first]);
  });
});
