import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv.ts';
import { readReports } from './read-reports.ts';

const line =
  'REPORT RequestId: 6d68ca91-49c9-448d-89b8-7ca3e6dc66aa\tDuration: 12.34 ms\tBilled Duration: 411 ms\tMemory Size: 128 MB\tMax Memory Used: 84 MB\tInit Duration: 397.68 ms\t';
const ofLine = {
  status: 'success',
  durationMs: 12.34,
  billedDurationMs: 411,
  memorySizeMB: 128,
  maxMemoryUsedMB: 84,
  initDurationMs: 397.68,
};
const record = {
  time: '2026-11-30T10:00:00.000Z',
  type: 'platform.report',
  record: {
    requestId: '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa',
    status: 'timeout',
    metrics: { durationMs: 3000, billedDurationMs: 3000, memorySizeMB: 512, maxMemoryUsedMB: 90 },
    spans: [{ name: 'extensionOverhead', start: '2026-11-30T10:00:03.000Z', durationMs: 4.5 }],
  },
};
const ofRecord = {
  status: 'timeout',
  durationMs: 3000,
  billedDurationMs: 3000,
  memorySizeMB: 512,
  maxMemoryUsedMB: 90,
  extensionOverheadMs: 4.5,
};

describe('readReports', () => {
  it.each([
    ['plain lines', `START RequestId: x Version: 1\nhello\n${line}\r\n\n${line}`, [ofLine, ofLine]],
    ['lines with the time of a `tail`', `2026-11-30T10:00:00 2026/11/30/[1]abc ${line}`, [ofLine]],
    ['a line that a browser copied', line.replaceAll('\t', ' '), [ofLine]],
    ['JSON lines', `${JSON.stringify(record)}\n{"level":"INFO","message":"x"}\n`, [ofRecord]],
    ['JSON lines after a time', `2026-11-30T10:00:00Z ${JSON.stringify(record)}`, [ofRecord]],
    ['one record', JSON.stringify(record, undefined, 2), [ofRecord]],
    [
      'filter-log-events',
      JSON.stringify({ events: [{ message: `${line}\n` }, { message: JSON.stringify(record) }] }),
      [ofLine, ofRecord],
    ],
    [
      'get-query-results',
      JSON.stringify({
        results: [
          [
            { field: '@message', value: `${line}\n` },
            { field: '@ptr', value: 'p' },
          ],
        ],
      }),
      [ofLine],
    ],
    [
      'the CSV of the console',
      `timestamp,message\n1700000000000,"${line}\n"\n1700000000001,"${JSON.stringify(record).replaceAll('"', '""')}\n"\n`,
      [ofLine, ofRecord],
    ],
    ['a file with a byte order mark', `\uFEFFtimestamp,message\r\n1,"${line}"\r\n`, [ofLine]],
    ['nothing', '', []],
    [
      'other lines',
      'INIT_REPORT Init Duration: 10.00 ms\tPhase: init\nRESTORE_REPORT Restore Duration: 3 ms\nREPORT of sales: Duration: 3 ms',
      [],
    ],
  ])('reads %s', (_what, text, expected) => {
    expect(readReports(text)).toEqual(expected);
  });

  it('reads the columns of Logs Insights, with memory in bytes', () => {
    const csv =
      '@timestamp,@duration,@billedDuration,@initDuration,@memorySize,@maxMemoryUsed\n2026-11-30,12.5,13,,1.28E8,84000000\n';

    expect(readReports(csv)).toEqual([
      { status: 'success', durationMs: 12.5, billedDurationMs: 13, memorySizeMB: 128, maxMemoryUsedMB: 84 },
    ]);
  });

  it('takes a row with columns and message for one report', () => {
    const row = [
      { field: '@message', value: line },
      { field: '@duration', value: '12.34' },
    ];

    expect(readReports(JSON.stringify({ results: [row] }))).toHaveLength(1);
  });

  it('reads a restored environment and a time-out', () => {
    const text = `${line.replace('Init Duration: 397.68', 'Restore Duration: 200.5')}Billed Restore Duration: 15 ms\tStatus: timeout`;

    const [report] = readReports(text);

    expect(report).toMatchObject({ status: 'timeout', durationMs: 12.34, restoreDurationMs: 200.5 });
    expect(report).not.toHaveProperty('initDurationMs');
  });

  it('never throws, and finds no report in anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(readReports(text)).toEqual([]);
      }),
    );
  });
});

describe('parseCsv', () => {
  it('reads what was written', () => {
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: width, maxLength: width }), { minLength: 1 }),
      );
    const write = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

    fc.assert(
      fc.property(table, (rows) => {
        const header = rows[0]?.map((_, column) => `c${column}`) ?? [];
        const text = [header, ...rows].map((row) => row.map(write).join(',')).join('\r\n');

        expect(parseCsv(text)).toEqual(rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]]))));
      }),
    );
  });
});
