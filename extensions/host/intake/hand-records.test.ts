import { describe, expect, it } from 'vitest';
import { createLog } from '../../../foundation/log.ts';
import type { TelemetryRecord, TelemetryType } from '../../../lambda-api/telemetry-api.ts';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import type { Handlers } from '../../sdk/index.ts';
import { handlerCalls } from '../handlers.ts';
import { handRecords } from './hand-records.ts';
import { marks } from './marks.ts';

const record = (type: string) => ({ time: '2026-01-01T00:00:00.000Z', type, record: {} }) as TelemetryRecord;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp(handlers: Record<string, Handlers>, earlier: Record<string, number> = {}) {
  const clock = manualClock();
  const said: string[] = [];
  const log = createLog({ name: 'x', level: 'error', format: 'text', write: () => undefined });
  const extensions = Object.entries(handlers).map(([name, of]) => ({
    definition: { name },
    handlers: of,
    telemetry: [name.split('-', 1)[0] as TelemetryType],
    log,
  }));
  const confirmed = marks((...all) => void said.push(...all.map(([name, seq]) => `${name} ${seq}`)));
  for (const [name, seq] of Object.entries(earlier)) confirmed.remember(name, seq);
  const { telemetry: call } = handlerCalls(extensions, clock);
  return { clock, said, hand: handRecords({ extensions, call, marks: confirmed, clock }) };
}

describe('handRecords', () => {
  it('gives each the telemetry that it asked for, whatever the others did, and what Lambda lost', async () => {
    const given: unknown[] = [];
    const recorder = (name: string) => ({
      telemetry: (records: readonly TelemetryRecord[]) => void given.push([name, records]),
    });
    const { hand } = setUp({ platform: recorder('platform'), function: recorder('function'), extension: {} });
    const [start, line, ours, lost] = ['platform.start', 'function', 'extension', 'platform.logsDropped'].map(record);

    await hand([start, line, ours, lost, 'no record'] as TelemetryRecord[]);
    await hand([ours] as TelemetryRecord[]);

    expect(given).toEqual([
      ['platform', [start, lost, 'no record']],
      ['function', [line, lost, 'no record']],
    ]);
  });

  it('confirms a delivery for an extension whose handler has settled, also if it failed', async () => {
    const settle: (() => void)[] = [];
    const { hand, said } = setUp({
      platform: { telemetry: () => new Promise<void>((resolve) => settle.push(resolve)) },
      function: { telemetry: () => Promise.reject(new Error('broken')) },
    });
    const all = [1, 2, 3].map((delivery) => hand([record('platform.start'), record('function')], delivery));
    await turn();
    const before = said.splice(0);

    settle[1]?.();
    await turn();
    const afterTheSecond = said.splice(0);
    settle[0]?.();
    await turn();
    const afterTheFirst = said.splice(0);
    settle[2]?.();
    await Promise.all(all);

    expect(before).toEqual(['platform 1', 'function 1', 'function 2', 'function 3', 'function 4'].sort(byName));
    expect([afterTheSecond, afterTheFirst, said]).toEqual([[], ['platform 3'], ['platform 4']]);
  });

  it('does not wait for ever for an extension that hangs, and from then on not at all, and never confirms for it', async () => {
    const given: (number | undefined)[] = [];
    const { hand, said, clock } = setUp({
      platform: { telemetry: () => new Promise<void>(() => undefined) },
      function: { telemetry: (_records, delivery) => void given.push(delivery) },
    });

    const first = hand([record('platform.start'), record('function')], 1);
    await turn();
    clock.pass(2_000);
    await first;
    await hand([record('platform.start'), record('function')], 2);

    expect(given).toEqual([1, 2]);
    expect(said.filter((line) => line.startsWith('platform'))).toEqual(['platform 1']);
  });

  it('skips what the process before this one confirmed, for each extension by itself', async () => {
    const given: unknown[] = [];
    const recorder = (name: string, keepers?: string[]): Handlers => ({
      telemetry: (_records, delivery) => void given.push([name, delivery]),
      ...(keepers && { keepers }),
    });
    const { hand, said } = setUp(
      { platform: recorder('platform'), 'platform-2': recorder('platform-2', ['up', 'down']) },
      { platform: 6, 'platform-2/up': 7, 'platform-2/down': 5 },
    );

    for (const delivery of [4, 5, 6]) await hand([record('platform.start')], delivery);

    expect(given).toEqual([
      ['platform-2', 5],
      ['platform', 6],
      ['platform-2', 6],
    ]);
    expect(said).toEqual(['platform 6', 'platform-2/up 7', 'platform-2/down 5', 'platform 7']);
  });

  it('confirms all deliveries that came together', async () => {
    const given: unknown[] = [];
    const { hand, said } = setUp({
      platform: { telemetry: (_records, delivery, last) => void given.push([delivery, last]) },
    });

    await hand([record('platform.start'), record('platform.report')], 3, 7);

    expect(given).toEqual([[3, 7]]);
    expect(said).toEqual(['platform 1', 'platform 8']);
  });

  it('gives an extension that confirms by itself deliveries without a record for it, too', async () => {
    const given: unknown[] = [];
    const telemetry = (records: readonly TelemetryRecord[], delivery?: number) => void given.push([records, delivery]);
    const { hand } = setUp({ platform: { telemetry, keepers: ['vendor'] } });

    await hand([record('function')], 1);

    expect(given).toEqual([[[], 1]]);
  });
});

function byName(a: string, b: string): number {
  return Number(b.startsWith('platform')) - Number(a.startsWith('platform')) || a.localeCompare(b);
}
