import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networkOf } from './network.ts';

const recorded = (file: string) =>
  readFileSync(new URL(`../../../test/fixtures/insights/${file}`, import.meta.url), 'utf8');

describe('network bytes', () => {
  it('are those of Lambda’s interface alone', () => {
    expect(networkOf(recorded('microvm/proc/net/dev'))).toEqual({ rxBytes: 6_911, txBytes: 4_434 });
  });

  it('are the sum of all interfaces but the loopback one where none has a name of Lambda’s', () => {
    expect(networkOf(recorded('container/proc/net/dev'))).toEqual({ rxBytes: 1_100, txBytes: 2_200 });
  });

  it('are unknown where the file is not what it should be', () => {
    expect(networkOf('')).toBeUndefined();
  });
});
