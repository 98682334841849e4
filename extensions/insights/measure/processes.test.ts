import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cpuOfProcesses } from './cpu-of-processes.ts';
import { processScanner, residentBytesOf } from './processes.ts';

const recorded = (folder: string) =>
  fileURLToPath(new URL(`../../../test/fixtures/insights/${folder}`, import.meta.url));

describe('a scan of processes', () => {
  it('has threads, descriptors, their limit and CPU time with that of ended children', () => {
    const scan = processScanner(recorded('microvm/proc'));

    expect(scan().find(({ name }) => name === 'node (main) x')).toEqual({
      pid: 8,
      parent: 1,
      name: 'node (main) x',
      threads: 11,
      userMs: 6_640,
      systemMs: 50,
      fds: 4,
      fdLimit: 32_642,
    });
  });

  it('leaves out what may not be read of a process, and keeps the process', () => {
    const scan = processScanner(recorded('microvm/proc'));

    expect(scan().find(({ pid }) => pid === 1)).toMatchObject({ threads: 3, fds: undefined, fdLimit: undefined });
  });

  it('takes only the processes whose variables say that they belong', () => {
    const scan = processScanner(recorded('container/proc'), (environ) => environ.includes('RUNTIME_API=127.0.0.1:1\0'));

    expect(scan().map(({ pid }) => pid)).toEqual([101]);
  });

  it('is empty where /proc is hidden', () => {
    expect(processScanner(recorded('nowhere'))()).toEqual([]);
  });
});

it('the resident memory of a process is known in bytes, and unknown of one that has ended', () => {
  expect(residentBytesOf(recorded('microvm/proc'), 8)).toBe(60_000 * 1_024);
  expect(residentBytesOf(recorded('microvm/proc'), 9)).toBeUndefined();
});

describe('the CPU time of processes', () => {
  const process = (pid: number, userMs: number, parent = 1) => ({
    pid,
    parent,
    name: 'node',
    threads: 1,
    userMs,
    systemMs: 0,
    fds: undefined,
    fdLimit: undefined,
  });

  it('keeps what an ended process had used', () => {
    const sum = cpuOfProcesses();
    sum([process(10, 500), process(11, 100)]);

    expect(sum([process(11, 130)]).userMs).toBe(630);
  });

  it('counts a child once after its parent has waited for it', () => {
    const sum = cpuOfProcesses();
    sum([process(10, 500), process(11, 100, 10)]);

    expect(sum([process(10, 600)]).userMs).toBe(600);
  });
});
