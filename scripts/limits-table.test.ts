import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import schema from '../emulator/emulator.schema.json' with { type: 'json' };
import { limits, telemetryBuffering } from '../lambda-api/limits.ts';
import { limitsTables } from './limits-table.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('the one table of limits', () => {
  it.each([
    ['environments', 'docs/limits.md'],
    ['all environments', 'docs/limits.md'],
    ['costs of SnapStart', 'docs/snapstart.md'],
  ])('of %s is what %s shows', (name, page) => {
    const [, shown] = read(page).split(`<!-- limits: ${name} -->\n`);

    expect(shown?.split('<!-- end -->')[0]).toBe(limitsTables[name]?.());
  });

  it('is what the schema of --config allows', () => {
    const { memory, timeout, concurrency } = schema.definitions.function.properties;
    const managed = limits['lambda-managed-instances'];

    expect([memory.minimum, memory.maximum]).toEqual([managed.memoryMB.from, managed.memoryMB.to]);
    expect(timeout.maximum * 1_000).toBe(managed.unattendedTimeoutMs);
    expect(concurrency.maximum).toBe(managed.concurrency);
  });

  it('is what the supervisor asks Lambda for', () => {
    const [, items, bytes] =
      /maxItems\\":(\d+),\\"maxBytes\\":(\d+)/.exec(read('supervisor/src/subscription.rs')) ?? [];

    expect([Number(items), Number(bytes)]).toEqual([
      telemetryBuffering.maxItems.from,
      telemetryBuffering.maxBytes.from,
    ]);
  });
});
