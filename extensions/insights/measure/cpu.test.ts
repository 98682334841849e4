import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cpuOfCgroup, cpuOfStat, cpusOfCgroup } from './cpu.ts';

const recorded = (file: string) =>
  readFileSync(new URL(`../../../test/fixtures/insights/${file}`, import.meta.url), 'utf8');

describe('CPU time', () => {
  it('of the machine is the sum of all CPUs, in milliseconds', () => {
    expect(cpuOfStat(recorded('microvm/proc/stat'))).toEqual({ userMs: 12_340 + 50, systemMs: 5_670 + 10 + 20 });
  });

  it('of a cgroup has microseconds', () => {
    expect(cpuOfCgroup(recorded('container/cgroup/cpu.stat'))).toEqual({ userMs: 1_500.25, systemMs: 300.5 });
  });

  it.each(['', 'intr 1 2 3\n', 'cpu\n'])('is unknown where the file says %j', (text) => {
    expect([cpuOfStat(text), cpuOfCgroup(text)]).toEqual([undefined, undefined]);
  });
});

it.each([
  ['200000 100000\n', 2],
  ['50000 100000\n', 0.5],
  ['max 100000\n', undefined],
])('cpu.max %j allows %s CPUs', (text, cpus) => {
  expect(cpusOfCgroup(text)).toBe(cpus);
});
