import { resolve } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

const inputs = fc.nat(100);

describe('the proof finds a parser that', () => {
  it('crashes, and shows the smallest input with the seed', async () => {
    const start = () => (input: number) => {
      if (input > 7) throw new TypeError('boom');
    };

    await expect(fuzz({ name: 'crashing', inputs, start }, 200)).rejects.toThrow(/^crashing: 8 \(PROOF_SEED=\d+/);
  });

  it('throws another error than it documents', async () => {
    const start = () => (input: number) => {
      throw input > 7 ? new TypeError('boom') : new SyntaxError('documented');
    };
    const refuses = (error: unknown) => error instanceof SyntaxError;

    await expect(fuzz({ name: 'refusing', inputs, start, refuses }, 200)).rejects.toThrow('refusing: 8');
  });

  it('takes too much CPU time', async () => {
    const start = () => (input: number) => {
      const { user } = process.threadCpuUsage();
      while (input > 90 && process.threadCpuUsage().user - user < 300_000);
    };

    await expect(fuzz({ name: 'slow', inputs, start }, 200)).rejects.toThrow('slow: 9');
  });

  it('takes too much memory for one input', async () => {
    const start = () => (input: number) =>
      input < 90 ? undefined : Array.from({ length: 20_000_000 }, () => input).length;

    await expect(fuzz({ name: 'large', inputs, start }, 200)).rejects.toThrow('large: 9');
  });

  it('keeps something of each input', async () => {
    const start = () => {
      const kept: number[][] = [];
      return (input: number) => kept.push(Array.from({ length: 20_000 }, () => input + 0.5));
    };

    await expect(fuzz({ name: 'keeping', inputs, start }, 400)).rejects.toThrow(/keeping: \d+ inputs left/);
  });

  it('never returns: the process ends with the number of the case', async () => {
    const watchdog = resolve(import.meta.dirname, 'watchdog.ts');
    const program = `const { startWatchdog } = await import(${JSON.stringify(watchdog)});
      startWatchdog('endless', 200).begin(7);
      for (;;);`;

    const { stderr, signal } = await execa(process.execPath, ['--input-type=module', '-e', program], { reject: false });

    expect([stderr, signal]).toEqual([expect.stringContaining('HANG: case 7 of "endless"'), 'SIGKILL']);
  });
});

it('the proof counts the inputs of a parser that does no harm', async () => {
  const { cases, worstMs } = await fuzz({ name: 'harmless', inputs, start: () => () => undefined }, 300);

  expect(cases).toBe(300);
  expect(worstMs).toBeLessThan(250);
});
