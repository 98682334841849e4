import type { Signal } from '../../../extensions/telemetry/items/item.ts';
import type { Random } from './random.ts';

/** What a function could log or export, as it arrives: lines that Lambda delivers, or requests of an OpenTelemetry SDK. */
export interface Shape {
  readonly name: string;
  /** Lines and spans as most functions write them: these must keep the capacity of a buffer. */
  readonly isOrdinary?: boolean;
  readonly input:
    | { readonly kind: 'line'; record(line: number, random: Random): unknown }
    | { readonly kind: 'otlp'; readonly signal: Signal; request(item: number, random: Random): object };
}

export const shapes: readonly Shape[] = [
  ordinaryLine('text of the runtime', (line) => `${PREFIX}INFO\torder ${line} was priced at 12.34 EUR in 17 ms`),
  ordinaryLine('plain text', (line) => `order ${line} was priced at 12.34 EUR in 17 ms; cache=hit region=eu-central-1`),
  ordinaryLine('text with a line break', (line) => `order ${line} was priced at 12.34 EUR in 17 ms; cache=hit\n`),
  ordinaryLine(
    'text in Latin-1',
    (line) => `Bestellung ${line} für Köln: Preisänderung wurde übernommen, Größe unverändert`,
  ),
  ordinaryLine('text in two bytes', (line) => `order ${line} → ${'ü'.repeat(60)}`),
  ordinaryLine('object of a logger', (line) => ({
    timestamp: '2026-01-02T03:04:05.678Z',
    level: 'INFO',
    requestId: REQUEST_ID,
    message: `order ${line} was priced`,
    cache: 'hit',
    ms: 17.5,
    user: { id: line },
  })),
  ordinaryLine('text that holds an object', (line) =>
    JSON.stringify({ level: 'info', time: 1_767_323_045_678, pid: 9, msg: `order ${line}`, reqId: `r-${line}`, ms: 3 }),
  ),
  ordinaryLine('lines of a stack trace', (line) =>
    line % 5 === 0 ? `Error: order ${line} failed` : `    at handler${line} (/var/task/index.mjs:${line % 90}:13)`,
  ),
  line(
    'numbers of many digits',
    (number) => `{"msg":"order","id":12345678901234${100_000 + number},"ns":1659441683521000001}`,
  ),
  line(
    'text of another logger',
    (number) => `${PREFIX}INFO\t\u001b[31merror\u001b[39m: order ${number} failed at ${number * 7}\r\n`,
  ),
  line(
    'JSON behind a tab',
    (number) =>
      `${PREFIX}ERROR\torder ${number} failed\t${JSON.stringify({ level: 50, msg: `order ${number} failed`, orderId: number, shop: 'north' })}\n`,
  ),
  line('short text', (number) => `${number % 97}`),
  line('empty text', () => ''),
  line('null', () => null),
  line('padded text', (number) => `${PREFIX}INFO\t${number}`.padEnd(800)),
  line(
    'padded object in a text',
    (number, random) =>
      `2026-01-02T03:04:05.678Z\t${uuid(random)}\tINFO\t${`{"message":"order ${number}"`.padEnd(800)}}`,
  ),
  line('padded trace header', (number, random) => ({
    message: `order ${number}`,
    xray_trace_id: `Root=1-${random.hex(8)}-${random.hex(24)};Parent=${random.hex(16)};Sampled=1;${'x'.repeat(900)}`,
  })),
  line('a request id each', (number, random) => ({ message: `order ${number}`, requestId: uuid(random) })),
  line('a level each', (number, random) => ({ message: `order ${number}`, level: random.text(40) })),
  line('long text', (_number, random) => random.text(4_000)),
  line('unique keys', (number) => ({ message: 'x', users: fieldsOf(40, (at) => [`user-${number}-${at}`, at]) })),
  line('unique keys at the top', (number) => fieldsOf(12, (at) => [`user-${number}-${at}`, `${at}`])),
  line('unique keys, some of them known', (number) => ({
    message: 'x',
    ...fieldsOf(6, (at) => [`known-${at}`, at]),
    [`order-${number}`]: { total: number },
  })),
  line('keys in another order each', (number, random) =>
    Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`field-${at}`, number + 0.5] as const)
        .map((field) => [random.below(1e9), field] as const)
        .sort(([a], [b]) => a - b)
        .map(([, field]) => field),
    ),
  ),
  line('a subset of known keys each', (number, random) =>
    Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`field-${at}`, number] as const).filter(() => random.below(2) === 0),
    ),
  ),
  line('long keys', (_number, random) => ({ message: 'x', [random.text(2_000)]: 1, [random.text(2_000)]: 2 })),
  line('long keys beyond Latin-1', (_number, random) => ({ message: 'x', [random.cyrillic(1_000)]: 1 })),
  line('many keys', (number) => ({ message: 'x', ...fieldsOf(300, (at) => [`key-${at}`, number]) })),
  line('many unique keys', (number) => ({ message: 'x', of: fieldsOf(300, (at) => [`${number}-${at}`, number]) })),
  line('keys that are integers', (number) => ({
    message: 'x',
    of: fieldsOf(20, (at) => [`${number * 977 + at * 31}`, at]),
  })),
  line('keys that are small integers', (number) => ({ message: 'x', of: fieldsOf(20, (at) => [`${at}`, number]) })),
  line('array of integers', (number) => ({ message: 'x', list: listOf(200, (at) => number + at) })),
  line('array of large integers', (number) => ({ message: 'x', list: listOf(200, (at) => 2 ** 40 + number + at) })),
  line('array of fractions', (number) => ({ message: 'x', list: listOf(100, (at) => number + at / 7) })),
  line('array of texts', (number) => ({ message: 'x', list: listOf(60, (at) => `entry ${number} ${at}`) })),
  line('array of mixed values', (number) => ({
    message: 'x',
    list: listOf(60, (at) => [at, at + 0.5, `${number}-${at}`, null, true][at % 5]),
  })),
  line('array of objects', (number) => ({ message: 'x', list: listOf(30, (at) => ({ id: at, total: number + 0.5 })) })),
  line('array of empty objects', () => ({ message: 'x', list: listOf(100, () => ({})) })),
  line('array of empty arrays', () => ({ message: 'x', list: listOf(100, () => []) })),
  line('array at the top', (number) => listOf(20, (at) => number + at)),
  line('numbers', (number) => ({ message: 'x', ...fieldsOf(30, (at) => [`number-${at}`, number + at / 3]) })),
  line('nulls', () => ({ message: 'x', ...fieldsOf(30, (at) => [`null-${at}`, null]) })),
  line('nested objects', (number) => nested(12, `order ${number}`)),
  line('deeply nested objects', (number) => nested(60, number)),
  line('deeply nested arrays', (number) => ({
    message: 'x',
    of: Array.from({ length: 60 }).reduce((inner) => [inner], number),
  })),
  line('random values', (_number, random) => anyValue(random, 4)),
  line('random values under few names', (number, random) => ({
    message: `order ${number}`,
    ...fieldsOf(random.below(12), (at) => [`name-${at}`, anyValue(random, 2)]),
  })),
  line('embedded metrics', (number) => ({
    _aws: {
      Timestamp: 1_767_323_045_678,
      CloudWatchMetrics: [
        {
          Namespace: `shop-${number}`,
          Dimensions: [['tenant']],
          Metrics: [{ Name: 'latency' }, { Name: 'orders', Unit: 'Count' }],
        },
      ],
    },
    tenant: `tenant ${number}`,
    latency: [1.5, 2.5, number],
    orders: 1,
  })),
  {
    ...log('SDK: lines', (number) => ({
      body: { stringValue: `line ${number} of an SDK` },
      severityText: 'INFO',
      severityNumber: 9,
    })),
    isOrdinary: true,
  },
  {
    ...span('SDK: spans', (number) => ({
      name: `GET /${number}`,
      attributes: attributes(4, (at) => [`http.field.${at}`, `value ${number}`]),
    })),
    isOrdinary: true,
  },
  {
    ...metric('SDK: gauges', (number) => ({
      gauge: {
        dataPoints: [
          {
            timeUnixNano: TIME,
            asDouble: number + 0.5,
            attributes: attributes(2, (at) => [`field.${at}`, `${number}`]),
          },
        ],
      },
    })),
    isOrdinary: true,
  },
  log('SDK: empty lines', () => ({})),
  log('SDK: unique keys', (number) => ({ attributes: attributes(40, (at) => [`user-${number}-${at}`, `${at}`]) })),
  log('SDK: long keys', (_number, random) => ({ attributes: attributes(2, () => [random.text(2_000), 'x']) })),
  log('SDK: many keys', (number) => ({ attributes: attributes(200, (at) => [`key-${at}`, `${number}`]) })),
  log('SDK: bytes', (number) => ({ body: { bytesValue: Buffer.alloc(600, number % 251).toString('base64') } })),
  log('SDK: few bytes', (number) => ({ body: { bytesValue: Buffer.alloc(8, number % 251).toString('base64') } })),
  log('SDK: big integers', (number) => ({
    attributes: [
      {
        key: 'list',
        value: {
          arrayValue: {
            values: listOf(50, (at) => ({ intValue: `${9_100_000_000_000_000_000n - BigInt(number * at)}` })),
          },
        },
      },
    ],
  })),
  log('SDK: large and small integers', (number) => ({
    attributes: listOf(20, (at) => ({
      key: `n${at}`,
      value: { intValue: `${at % 2 === 0 ? number : 2 ** 40 + number}` },
    })),
  })),
  log('SDK: nested values', (number) => ({ body: kvlist(8, number) })),
  log('SDK: event names and severities', (_number, random) => ({
    eventName: random.text(300),
    severityText: random.text(300),
    traceId: random.hex(32),
    spanId: random.hex(16),
    flags: 1,
    droppedAttributesCount: 3,
  })),
  log(
    'SDK: a resource each',
    () => ({ body: { stringValue: 'x' } }),
    (number) => ({ attributes: attributes(20, (at) => [`resource.${at}`, `value ${number} ${at}`]) }),
  ),
  log(
    'SDK: a resource each with unique keys',
    () => ({ body: { stringValue: 'x' } }),
    (number) => ({ attributes: attributes(20, (at) => [`resource.${number}.${at}`, `${at}`]) }),
  ),
  log(
    'SDK: a scope each',
    () => ({ body: { stringValue: 'x' } }),
    undefined,
    (number, random) => ({
      name: `scope ${number} ${random.text(300)}`,
      version: `${number}.0.0`,
      attributes: attributes(5, (at) => [`scope.${at}`, `${number}`]),
    }),
  ),
  metric('SDK: metric names', (number, random) => ({
    name: random.text(2_000),
    gauge: { dataPoints: [{ timeUnixNano: TIME, asDouble: number }] },
  })),
  metric('SDK: descriptions and units', (number, random) => ({
    description: random.text(1_500),
    unit: random.text(300),
    sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ timeUnixNano: TIME, asInt: `${number}` }] },
  })),
  metric('SDK: exemplars', (number, random) => ({
    sum: {
      aggregationTemporality: 2,
      dataPoints: [
        {
          timeUnixNano: TIME,
          startTimeUnixNano: TIME,
          asInt: `${number}`,
          exemplars: listOf(8, (at) => ({
            timeUnixNano: TIME,
            asDouble: at + 0.5,
            traceId: random.hex(32),
            spanId: random.hex(16),
            filteredAttributes: attributes(3, (index) => [`exemplar.${index}`, `${number}-${index}`]),
          })),
        },
      ],
    },
  })),
  metric('SDK: histograms', (number) => ({
    histogram: {
      aggregationTemporality: 1,
      dataPoints: [
        {
          timeUnixNano: TIME,
          startTimeUnixNano: TIME,
          count: '9',
          sum: number + 0.25,
          min: 0.5,
          max: number + 0.75,
          bucketCounts: listOf(16, (at) => `${at}`),
          explicitBounds: listOf(15, (at) => at + 0.5),
        },
      ],
    },
  })),
  metric('SDK: exponential histograms', (number) => ({
    exponentialHistogram: {
      aggregationTemporality: 1,
      dataPoints: [
        {
          timeUnixNano: TIME,
          count: '9',
          sum: number + 0.25,
          scale: 3,
          positive: { offset: 0, bucketCounts: listOf(160, (at) => `${at}`) },
          negative: { offset: 2, bucketCounts: ['1', '2'] },
        },
      ],
    },
  })),
  metric('SDK: summaries', (number) => ({
    summary: {
      dataPoints: [
        {
          timeUnixNano: TIME,
          count: '9',
          sum: number + 0.5,
          quantileValues: listOf(20, (at) => ({ quantile: at / 20, value: number + at / 3 })),
        },
      ],
    },
  })),
  span('SDK: trace states and statuses', (_number, random) => ({
    traceState: random.text(500),
    status: { code: 2, message: random.text(1_500) },
  })),
  span('SDK: long names', (_number, random) => ({ name: random.text(1_500) })),
  span('SDK: span events', (number, random) => ({
    events: listOf(6, (at) => ({
      timeUnixNano: TIME,
      name: `event ${number} ${at} ${random.text(40)}`,
      attributes: attributes(2, (index) => [`event.${index}`, `${number}`]),
    })),
  })),
  span('SDK: span links', (number, random) => ({
    links: listOf(6, (at) => ({
      traceId: random.hex(32),
      spanId: random.hex(16),
      traceState: random.text(100),
      flags: 1,
      attributes: attributes(1, () => ['link', `${number} ${at}`]),
    })),
  })),
  span('SDK: empty span events', () => ({ events: listOf(20, () => ({})) })),
];

function ordinaryLine(name: string, record: (line: number, random: Random) => unknown): Shape {
  return { ...line(name, record), isOrdinary: true };
}

function line(name: string, record: (line: number, random: Random) => unknown): Shape {
  return { name, input: { kind: 'line', record } };
}

type Part = (item: number, random: Random) => object;

function log(name: string, record: Part, resource: Part = anyResource, scope: Part = anyScope): Shape {
  const request: Part = (item, random) => ({
    resourceLogs: [
      {
        resource: resource(item, random),
        scopeLogs: [{ scope: scope(item, random), logRecords: [{ timeUnixNano: TIME, ...record(item, random) }] }],
      },
    ],
  });
  return { name, input: { kind: 'otlp', signal: 'logs', request } };
}

function span(name: string, record: Part): Shape {
  const request: Part = (item, random) => ({
    resourceSpans: [
      {
        resource: anyResource(),
        scopeSpans: [
          {
            scope: anyScope(),
            spans: [
              {
                traceId: random.hex(32),
                spanId: random.hex(16),
                kind: 2,
                startTimeUnixNano: TIME,
                endTimeUnixNano: TIME,
                ...record(item, random),
              },
            ],
          },
        ],
      },
    ],
  });
  return { name, input: { kind: 'otlp', signal: 'traces', request } };
}

function metric(name: string, record: Part): Shape {
  const request: Part = (item, random) => ({
    resourceMetrics: [
      {
        resource: anyResource(),
        scopeMetrics: [{ scope: anyScope(), metrics: [{ name: 'orders', ...record(item, random) }] }],
      },
    ],
  });
  return { name, input: { kind: 'otlp', signal: 'metrics', request } };
}

function anyResource() {
  return { attributes: attributes(10, (at) => [`resource.${at}`, `value ${at}`]) };
}

function anyScope() {
  return { name: 'shop', version: '1.0.0' };
}

function attributes(count: number, field: (at: number) => [string, string]) {
  return listOf(count, (at) => {
    const [key, stringValue] = field(at);
    return { key, value: { stringValue } };
  });
}

function kvlist(depth: number, leaf: number): object {
  const value = depth === 0 ? { intValue: leaf } : kvlist(depth - 1, leaf);
  return {
    kvlistValue: {
      values: [
        { key: `level-${depth}`, value },
        { key: 'name', value: { stringValue: `${leaf}` } },
      ],
    },
  };
}

function nested(depth: number, leaf: unknown): unknown {
  return depth === 0 ? leaf : { name: `level ${depth}`, inner: nested(depth - 1, leaf) };
}

function fieldsOf(count: number, field: (at: number) => [string, unknown]): Record<string, unknown> {
  return Object.fromEntries(listOf(count, field));
}

function listOf<T>(length: number, element: (at: number) => T): T[] {
  return Array.from({ length }, (_, at) => element(at));
}

function anyValue(random: Random, depth: number): unknown {
  const size = random.below(8);
  switch (random.below(depth === 0 ? 6 : 8)) {
    case 0:
      return random.below(1_000);
    case 1:
      return random.below(1e9) / 7;
    case 2:
      return random.text(random.below(100));
    case 3:
      return random.cyrillic(random.below(30));
    case 4:
      return null;
    case 5:
      return random.below(2) === 0;
    case 6:
      return listOf(size, () => anyValue(random, depth - 1));
    default:
      return fieldsOf(size, () => [random.text(1 + random.below(30)), anyValue(random, depth - 1)]);
  }
}

function uuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
}

const REQUEST_ID = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';
const PREFIX = `2026-01-02T03:04:05.678Z\t${REQUEST_ID}\t`;
const TIME = '1767323045678000000';
