import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Roots, sourcesOf } from './sources.ts';

const recorded = (tree: string): Roots => {
  const folder = fileURLToPath(new URL(`../../../test/fixtures/insights/${tree}`, import.meta.url));
  return { proc: `${folder}/proc`, cgroup: `${folder}/cgroup`, tmp: folder };
};

describe('the sources', () => {
  it('of a microVM are the machine’s', () => {
    const sources = sourcesOf('microvm', recorded('microvm'), 2);

    expect([sources.cpu(), sources.memoryBytes(), sources.cpus()]).toEqual([
      { userMs: 12_390, systemMs: 5_700 },
      64_000 * 1_024,
      2,
    ]);
    expect(new Set(sources.processes().map(({ pid }) => pid))).toEqual(new Set([1, 8, 20]));
  });

  it('of a managed instance are those of its cgroup', () => {
    const sources = sourcesOf('managed-instance', recorded('container'), 8);

    expect([sources.cpu(), sources.memoryBytes(), sources.cpus()]).toEqual([
      { userMs: 1_500.25, systemMs: 300.5 },
      66_060_288,
      2,
    ]);
  });

  it('of a managed instance whose cgroup has no limit are the machine’s', () => {
    const sources = sourcesOf('managed-instance', recorded('microvm'), 8);

    expect([sources.cpu()?.userMs, sources.cpus()]).toEqual([12_390, 8]);
  });

  it('on the emulator are the processes with its Runtime API', () => {
    const sources = sourcesOf('emulator', recorded('container'), 8);

    expect(sources.processes().map(({ pid }) => pid)).toEqual([101]);
    expect([sources.cpu(), sources.memoryBytes()]).toEqual([{ userMs: 70, systemMs: 30 }, 70_000 * 1_024]);
  });

  it('are unknown where nothing may be read', () => {
    const sources = sourcesOf('emulator', recorded('nowhere'), 8);

    expect([sources.cpu(), sources.memoryBytes(), sources.processes()]).toEqual([undefined, undefined, []]);
  });
});
