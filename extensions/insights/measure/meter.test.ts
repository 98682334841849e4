import { mkdirSync, mkdtempSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { meter } from './meter.ts';
import { scanBudget } from './scan-budget.ts';
import { sourcesOf } from './sources.ts';

/** A microVM whose files the test writes. */
function machine() {
  const folder = mkdtempSync(join(tmpdir(), 'machine-'));
  const proc = join(folder, 'proc');
  for (const name of ['net', '8/fd', '7', 'self']) mkdirSync(join(proc, name), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(proc, name), text);
  symlinkSync('/opt/extensions/lambda-node-extended', join(proc, '7/exe'));
  write('7/status', 'VmRSS:\t 400 kB\n');
  write('self/status', 'VmRSS:\t 11000 kB\n');
  const roots = { proc, cgroup: join(folder, 'none'), tmp: folder };
  const used = (ticks: number, bytes: number, threads: number, usedKilobytes: number) => {
    write('stat', `cpu  ${ticks} 0 ${ticks} 0 0 0 0 0 0 0\n`);
    write('net/dev', `a\nb\n vint_runtime: ${bytes} 0 0 0 0 0 0 0 ${bytes * 2} 0 0 0 0 0 0 0\n`);
    write('8/stat', `8 (node) S 7 8 8 0 -1 0 0 0 0 0 ${ticks} ${ticks} 0 0 20 0 ${threads} 0 40 0 0 0\n`);
    write('meminfo', `MemTotal: 200000 kB\nMemAvailable: ${200_000 - usedKilobytes} kB\n`);
  };
  used(100, 1_000, 5, 50_000);
  return {
    used,
    roots,
    start: (budget = scanBudget()) =>
      meter({ sources: sourcesOf('microvm', roots, 1), roots, budget, parentPid: 7, cpuMs: () => 0 }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

describe('a lap', () => {
  it('has the differences of counters, and the peaks in between', () => {
    using vm = machine();
    const meter = vm.start();
    vm.used(110, 1_100, 11, 80_000);
    meter.sample();
    vm.used(125, 1_500, 6, 60_000);

    const usage = meter.lap();

    const { bsize, blocks } = statfsSync(vm.roots.tmp);
    expect(usage).toEqual({
      userMs: 250,
      systemMs: 250,
      rxBytes: 500,
      txBytes: 1_000,
      tmpMaxBytes: bsize * blocks,
      tmpFreeBytes: expect.any(Number),
      threads: 11,
      fds: 0,
      fdLimit: undefined,
      memoryBytes: 80_000 * 1_024,
      agentMemory: { averageBytes: 11_400 * 1_024, maxBytes: 11_400 * 1_024 },
    });
  });

  it('begins where the one before it ended', () => {
    using vm = machine();
    const meter = vm.start();
    vm.used(110, 1_100, 11, 80_000);
    meter.lap();
    vm.used(111, 1_100, 5, 50_000);

    expect(meter.lap()).toMatchObject({ userMs: 10, rxBytes: 0, threads: 5, memoryBytes: 50_000 * 1_024 });
  });

  it('has what the latest look saw where the budget allows none', () => {
    using vm = machine();
    const budget = scanBudget();
    const meter = vm.start(budget);
    meter.lap();
    budget.spend(1_000);
    vm.used(110, 1_100, 11, 80_000);

    expect(meter.lap()).toMatchObject({ threads: 5, userMs: 100, agentMemory: { maxBytes: 11_400 * 1_024 } });
  });

  it('is never negative: the counters of a restored machine may have started again', () => {
    using vm = machine();
    const meter = vm.start();
    vm.used(1, 10, 5, 50_000);

    expect(meter.lap()).toMatchObject({ userMs: 0, rxBytes: 0 });
  });

  it('leaves out what may not be read', () => {
    const roots = { proc: '/nowhere', cgroup: '/nowhere', tmp: '/nowhere' };
    const sources = sourcesOf('microvm', roots, 1);

    const usage = meter({ sources, roots, budget: scanBudget(), parentPid: 7, cpuMs: () => 0 }).lap();

    expect(Object.values(usage).every((value) => value === undefined)).toBe(true);
  });
});
