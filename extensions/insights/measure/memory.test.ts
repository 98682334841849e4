import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { numberIn, residentOfStatus, usedOfMeminfo } from './memory.ts';

const recorded = (file: string) =>
  readFileSync(new URL(`../../../test/fixtures/insights/${file}`, import.meta.url), 'utf8');

describe('memory', () => {
  it('of the machine is what is not available', () => {
    expect(usedOfMeminfo(recorded('microvm/proc/meminfo'))).toBe((247_000 - 183_000) * 1_024);
  });

  it('of a process is what is resident', () => {
    expect(residentOfStatus(recorded('microvm/proc/8/status'))).toBe(60_000 * 1_024);
  });

  it('of a cgroup is a number, and no limit is none', () => {
    expect([numberIn('66060288\n'), numberIn('max\n')]).toEqual([66_060_288, undefined]);
  });

  it('is unknown where the file says nothing', () => {
    expect([usedOfMeminfo(''), residentOfStatus('Name:\tnode\n'), numberIn('')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
