import { BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otlpItems } from '../../../test/support/builders/otlp-items.ts';
import type { Item, LogItem, MetricItem, Source, Value } from '../items/item.ts';
import { decodeJson } from './decode-json.ts';
import { decodeProtobuf } from './decode-protobuf.ts';
import { encodeJson } from './encode-json.ts';
import { encodeProtobuf } from './encode-protobuf.ts';
import { MalformedOtlpError } from './message.ts';

const source: Source = { resource: { 'service.name': 'orders' }, scope: { name: 'test' } };
const signals = ['logs', 'metrics', 'traces'] as const;

const attributeFree = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

it.each([
  ['STATUS_CODE_ERROR', 'SPAN_KIND_SERVER', 'error', 'server'],
  ['STATUS_CODE_OK', 'SPAN_KIND_CLIENT', 'ok', 'client'],
  ['STATUS_CODE_UNSET', 'SPAN_KIND_UNSPECIFIED', 'unset', 'unspecified'],
  [2, 5, 'error', 'consumer'],
  ['2', '3', 'error', 'client'],
])('reads the status %s and the kind %s of a span', (code, kind, expectedCode, expectedKind) => {
  const spans = [{ ...attributeFree, kind, status: { code } }];
  const { items, rejected } = decodeJson('traces', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }), 0);

  expect([items, rejected]).toMatchObject([[{ status: { code: expectedCode }, kind: expectedKind }], 0]);
});

it.each([
  ['AGGREGATION_TEMPORALITY_DELTA', 'delta'],
  ['AGGREGATION_TEMPORALITY_CUMULATIVE', 'cumulative'],
  [1, 'delta'],
])('reads the temporality %s', (aggregationTemporality, temporality) => {
  const metrics = [{ name: 'm', sum: { aggregationTemporality, dataPoints: [{ asInt: '1' }] } }];
  const json = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });

  expect(decodeJson('metrics', json, 0)).toMatchObject({ items: [{ data: { temporality } }], rejected: 0 });
});

it.each([
  ['SEVERITY_NUMBER_ERROR', 17],
  ['SEVERITY_NUMBER_INFO4', 12],
  ['SEVERITY_NUMBER_UNSPECIFIED', 0],
  [21, 21],
])('reads the severity %s', (severityNumber, severity) => {
  const json = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ severityNumber }] }] }] });

  expect(decodeJson('logs', json, 0)).toMatchObject({ items: [{ severity }], rejected: 0 });
});

it('counts a record whose enumeration has a name that nobody knows, and keeps the others', () => {
  const spans = [
    { ...attributeFree, kind: 'SPAN_KIND_SIDEWAYS' },
    { ...attributeFree, kind: 2 },
  ];
  const json = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

  expect(decodeJson('traces', json, 0)).toMatchObject({ items: [{ kind: 'server' }], rejected: 1 });
});

it('keeps the digits of a whole number that is no text', () => {
  const json = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"intValue":9007199254740993}}]}]}]}';

  expect(decodeJson('logs', json, 0).items).toMatchObject([{ body: 9_007_199_254_740_993n }]);
});

describe.each(signals)('a body for %s', (signal) => {
  it('that is any bytes, or a request with a changed byte, is read or refused, nothing else', () => {
    const changed = fc
      .tuple(otlpItems[signal]() as fc.Arbitrary<Item[]>, fc.nat(), fc.nat(255))
      .map(([items, at, byte]) => {
        const bytes = encodeProtobuf[signal](items as never);
        return bytes.length === 0 ? bytes : bytes.with(at % bytes.length, byte);
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), changed), (bytes) => {
        expect(outcomeOf(() => decodeProtobuf(signal, bytes, 0))).toMatch(/^(read|refused)$/);
      }),
    );
  });

  it('that is any JSON, or a request with another value somewhere, is read or refused, nothing else', () => {
    const changed = fc
      .tuple(otlpItems[signal]() as fc.Arbitrary<Item[]>, fc.nat(40), fc.jsonValue())
      .map(([items, at, other]) => {
        let place = 0;
        const json = JSON.parse(encodeJson[signal](items as never));
        return JSON.stringify(json, (_key, value) => (place++ === at ? other : value)) ?? '';
      });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), changed), (text) => {
        expect(outcomeOf(() => decodeJson(signal, text, 0))).toMatch(/^(read|refused)$/);
      }),
    );
  });

  it('that is cut off is refused, so that its sender knows', () => {
    fc.assert(
      fc.property(
        (otlpItems[signal]() as fc.Arbitrary<Item[]>).filter((items) => items.length > 0),
        (items) => {
          const bytes = encodeProtobuf[signal](items as never);

          expect(outcomeOf(() => decodeProtobuf(signal, bytes.subarray(0, -1), 0))).toBe('refused');
        },
      ),
    );
  });

  it('with fields that nobody knows yet is read without them', () => {
    fc.assert(
      fc.property(otlpItems[signal]() as fc.Arbitrary<Item[]>, (items) => {
        const unknown = new BinaryWriter().tag(999, 2).string('new').tag(1000, 0).uint32(1).finish();
        const bytes = Buffer.concat([encodeProtobuf[signal](items as never), unknown]);
        const json = { ...JSON.parse(encodeJson[signal](items as never)), new: { of: 'tomorrow' } };

        expect(decodeProtobuf(signal, bytes, 0)).toEqual({ items, rejected: 0 });
        expect(decodeJson(signal, JSON.stringify(json), 0)).toEqual({ items, rejected: 0 });
      }),
    );
  });
});

it('one broken record in protobuf is counted, and its neighbours are kept', () => {
  const bytes = Buffer.from(encodeProtobuf.logs([aLog('first'), aLog('second'), aLog('third')]));
  const bodyTag = bytes.lastIndexOf(0x2a, bytes.indexOf('second'));
  bytes[bodyTag + 1] = 0x7f;

  const { items, rejected } = decodeProtobuf('logs', bytes, 0);

  expect([items.map((item) => (item as LogItem).body), rejected]).toEqual([['first', 'third'], 1]);
});

it.each([
  ['logs', 'resourceLogs', 'scopeLogs', 'logRecords', { attributes: [{ key: 'a', value: { intValue: 'many' } }] }],
  ['logs', 'resourceLogs', 'scopeLogs', 'logRecords', 'not a record'],
  ['traces', 'resourceSpans', 'scopeSpans', 'spans', { name: 'a span without ids' }],
  ['metrics', 'resourceMetrics', 'scopeMetrics', 'metrics', { gauge: { dataPoints: [{ asInt: 'many' }] } }],
  ['metrics', 'resourceMetrics', 'scopeMetrics', 'metrics', 7],
] as const)('one broken record of %s in JSON is counted', (signal, resources, scopes, records, broken) => {
  const json = JSON.stringify({ [resources]: [{ [scopes]: [{ [records]: [broken] }] }] });

  expect(decodeJson(signal, json, 0)).toEqual({ items: [], rejected: 1 });
});

it('a record without a time takes the one at which it was observed, or at which it came', () => {
  const logs = { logRecords: [{ observedTimeUnixNano: '1700000000000000000' }, {}] };
  const json = JSON.stringify({ resourceLogs: [{ scopeLogs: [logs] }] });

  expect(decodeJson('logs', json, 42).items.map(({ timeMs }) => timeMs)).toEqual([1_700_000_000_000, 42]);
});

it('what is nested deeper than other decoders can follow is cut there, both ways', () => {
  const nested = (levels: number): Value => (levels === 0 ? 'bottom' : [nested(levels - 1)]);
  const bottomOf = (value: Value | undefined): Value | undefined =>
    Array.isArray(value) ? bottomOf((value as readonly Value[])[0]) : value;
  const bottoms = (levels: number) => {
    const items = [aLog(nested(levels))];
    return [decodeProtobuf('logs', encodeProtobuf.logs(items), 0), decodeJson('logs', encodeJson.logs(items), 0)].map(
      (decoded) => bottomOf((decoded.items[0] as LogItem).body),
    );
  };

  expect(bottoms(24)).toEqual(['bottom', 'bottom']);
  expect(bottoms(5_000)).toEqual(['[nested too deeply]', '[nested too deeply]']);
});

it('invalid ids are left out of a line, so that a receiver does not refuse the whole request', () => {
  const line = { ...aLog('a line'), traceId: '1-5759e988-bd862e3fe1be46a994272793', spanId: 'xyzxyzxyzxyzxyzx' };

  expect(JSON.parse(encodeJson.logs([line])).resourceLogs[0].scopeLogs[0].logRecords).toEqual([
    {
      timeUnixNano: '1700000000123000000',
      severityNumber: 0,
      body: { stringValue: 'a line' },
      attributes: [{ key: 'type', value: { stringValue: 'function' } }],
    },
  ]);
  expect(encodeProtobuf.logs([line])).toEqual(encodeProtobuf.logs([aLog('a line')]));
});

it('invalid counts do not stop a metric', () => {
  const metric: MetricItem = {
    signal: 'metrics',
    origin: 'function',
    source,
    type: 'function',
    timeMs: Number.NaN,
    name: 'odd',
    unit: '1',
    data: { kind: 'histogram', temporality: 'delta', count: Number.NaN, bounds: [1.5], counts: [-1, 2.5] },
    attributes: {},
  };
  const expected = { kind: 'histogram', temporality: 'delta', count: 0, bounds: [1.5], counts: [0, 2] };

  const decoded = [
    decodeProtobuf('metrics', encodeProtobuf.metrics([metric]), 0),
    decodeJson('metrics', encodeJson.metrics([metric]), 0),
  ];

  expect(decoded.map(({ items }) => (items[0] as MetricItem).data)).toEqual([expected, expected]);
});

it('the points of one metric stand below it once', () => {
  const point = (value: number, function_: string): MetricItem => ({
    signal: 'metrics',
    origin: 'platform',
    source,
    type: 'platform.report',
    timeMs: 1_700_000_000_123,
    startMs: 1_700_000_000_000,
    name: 'faas.invocations',
    unit: '{invocation}',
    data: { kind: 'sum', value, isMonotonic: true, temporality: 'delta' },
    attributes: { function: function_ },
  });

  expect(JSON.parse(encodeJson.metrics([point(1, 'a'), point(2, 'b')])).resourceMetrics[0].scopeMetrics[0]).toEqual({
    scope: { name: 'test' },
    metrics: [
      {
        name: 'faas.invocations',
        unit: '{invocation}',
        sum: {
          aggregationTemporality: 1,
          isMonotonic: true,
          dataPoints: [
            {
              attributes: [{ key: 'function', value: { stringValue: 'a' } }],
              startTimeUnixNano: '1700000000000000000',
              timeUnixNano: '1700000000123000000',
              asDouble: 1,
            },
            {
              attributes: [{ key: 'function', value: { stringValue: 'b' } }],
              startTimeUnixNano: '1700000000000000000',
              timeUnixNano: '1700000000123000000',
              asDouble: 2,
            },
          ],
        },
      },
    ],
  });
});

it('the time of an item in milliseconds, with a fraction or without, is written to the nanosecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9_000_000_000_000 }), fc.integer({ min: 0, max: 7 }), (whole, eighths) => {
      const item = { ...aLog('a line'), timeMs: whole + eighths / 8 };
      const expected = BigInt(whole) * 1_000_000n + BigInt(eighths) * 125_000n;

      const decoded = [
        decodeProtobuf('logs', encodeProtobuf.logs([item]), 0),
        decodeJson('logs', encodeJson.logs([item]), 0),
      ];

      expect(decoded.map(({ items }) => (items[0] as LogItem).otlp?.timeNs)).toEqual([expected, expected]);
    }),
  );
});

function aLog(body: Value): LogItem {
  return {
    signal: 'logs',
    origin: 'function',
    source,
    type: 'function',
    timeMs: 1_700_000_000_123,
    severity: 0,
    body,
    attributes: {},
  };
}

function outcomeOf(decode: () => unknown): string {
  try {
    decode();
    return 'read';
  } catch (error) {
    return error instanceof MalformedOtlpError ? 'refused' : String(error);
  }
}
