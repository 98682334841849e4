import { expect, it } from 'vitest';
import { aSource, logsOf, requestId, startMs } from '../../../test/support/builders/lambda-records.ts';
import type { Item } from '../items/item.ts';
import { type EmbeddedMetrics, normaliser } from './normalise.ts';

const metricsDocument = {
  _aws: {
    Timestamp: startMs + 5,
    CloudWatchMetrics: [
      {
        Namespace: 'shop',
        Dimensions: [['service'], ['service', 'region']],
        Metrics: [
          { Name: 'orders', Unit: 'Count' },
          { Name: 'latency', Unit: 'Milliseconds', StorageResolution: 1 },
          { Name: 'depth' },
          { Name: 'absent', Unit: 'Count' },
        ],
      },
    ],
  },
  service: 'orders',
  region: 'eu',
  orders: 2,
  latency: [3, 1, 8],
  depth: 4,
  traceparent: 'x',
};

it('makes metrics of a line in the embedded metric format, and no log', () => {
  const items = normalised([metricsDocument]);

  const common = {
    signal: 'metrics',
    origin: 'function',
    source: aSource,
    type: 'function',
    timeMs: startMs + 5,
    attributes: { 'cloudwatch.namespace': 'shop', service: 'orders', region: 'eu' },
  };
  const histogram = { kind: 'histogram', temporality: 'delta', bounds: [] };
  expect(items).toEqual([
    { ...common, name: 'orders', unit: '1', data: { kind: 'sum', value: 2, isMonotonic: true, temporality: 'delta' } },
    { ...common, name: 'latency', unit: 'ms', data: { ...histogram, count: 3, sum: 12, min: 1, max: 8, counts: [3] } },
    { ...common, name: 'depth', unit: '1', data: { ...histogram, count: 1, sum: 4, min: 4, max: 4, counts: [1] } },
  ]);
});

it.each<[string, unknown]>([
  ['as text', JSON.stringify(metricsDocument)],
  ['behind the runtime’s prefix', `2022-08-02T12:01:23.521Z\t${requestId}\tINFO\t${JSON.stringify(metricsDocument)}\n`],
  [
    'in Lambda’s JSON format',
    { timestamp: '2022-08-02T12:01:23.521Z', level: 'INFO', message: JSON.stringify(metricsDocument) },
  ],
])('finds the embedded metric format %s', (_where, record) => {
  expect(normalised([record]).map(({ signal }) => signal)).toEqual(['metrics', 'metrics', 'metrics']);
});

it.each<[string, EmbeddedMetrics, object, string[]]>([
  ['keeps the line, too, on demand', 'metrics-and-logs', metricsDocument, ['metrics', 'metrics', 'metrics', 'logs']],
  ['keeps the line alone on demand', 'logs', metricsDocument, ['logs']],
  [
    'keeps a line that has a message',
    'metrics',
    { ...metricsDocument, msg: 'stored' },
    ['metrics', 'metrics', 'metrics', 'logs'],
  ],
  [
    'keeps a line without any metric that can be read',
    'metrics',
    { _aws: { CloudWatchMetrics: [null, { Metrics: [{}] }] } },
    ['logs'],
  ],
  [
    'keeps a line of which one metric has no number',
    'metrics',
    { ...metricsDocument, latency: '8' },
    ['metrics', 'metrics', 'logs'],
  ],
  [
    'keeps a line of which one value of a metric is no number',
    'metrics',
    { ...metricsDocument, latency: [1, null] },
    ['metrics', 'metrics', 'metrics', 'logs'],
  ],
  [
    'keeps a line of which a dimension is missing',
    'metrics',
    {
      ...metricsDocument,
      region: undefined,
      _aws: { CloudWatchMetrics: [{ Dimensions: [['zone']], Metrics: [{ Name: 'depth' }] }] },
    },
    ['metrics', 'logs'],
  ],
  ['keeps a line that only looks like it', 'metrics', { _aws: 'x' }, ['logs']],
])('%s', (_name, mode, record, signals) => {
  expect(normalised([record], mode).map(({ signal }) => signal)).toEqual(signals);
});

it('reads JSON within the text of Lambda’s JSON format', () => {
  const record = {
    timestamp: '2022-08-02T12:01:23.521Z',
    level: 'INFO',
    requestId,
    tenant: 'a',
    message: '{"msg":"stored","level":50,"order":7}',
  };

  expect(logsOf(normalised([record]))).toMatchObject([
    { requestId, level: 'ERROR', severity: 17, body: 'stored', attributes: { tenant: 'a', order: 7 } },
  ]);
});

it.each<[string, unknown, object]>([
  [
    'of pino-lambda',
    `2022-08-02T12:01:23.521Z\t${requestId}\tINFO\tboom\t{"level":50,"orderId":1,"msg":"boom"}\n`,
    { requestId, severity: 17, body: 'boom', attributes: { orderId: 1 } },
  ],
  [
    'of pino-lambda, with another message',
    `2022-08-02T12:01:23.521Z\t${requestId}\tINFO\tboom\t{"level":50,"msg":"bang"}\n`,
    { severity: 17, body: 'boom', attributes: { msg: 'bang' } },
  ],
  [
    'of the runtime, about an error',
    `2022-08-02T12:01:23.521Z\t${requestId}\tERROR\tInvoke Error \t{"errorType":"Error","errorMessage":"boom"}\n`,
    { severity: 17, body: 'Invoke Error \t{"errorType":"Error","errorMessage":"boom"}', attributes: {} },
  ],
])('reads the JSON behind the tab of a line %s', (_writer, record, expected) => {
  expect(logsOf(normalised([record]))).toMatchObject([expected]);
});

it.each<[string, object, object]>([
  ['JSON with a line break', { message: '{"level":50,"msg":"boom"}\n' }, { severity: 17, body: 'boom' }],
  ['the text of a logger', { message: 'error: boom' }, { severity: 17, body: 'error: boom' }],
  [
    'a logger’s text, in a line of another logger, which knows its level',
    { message: 'error: none', service: 'orders' },
    { severity: 9, body: 'error: none' },
  ],
])('reads %s within Lambda’s JSON format', (_what, fields, expected) => {
  const record = { timestamp: '2022-08-02T12:01:23.521Z', level: 'INFO', requestId, ...fields };

  expect(logsOf(normalised([record]))).toMatchObject([expected]);
});

it('joins a stack trace that comes line by line', () => {
  const lines = [
    'Error: no stock',
    '    at reserve (/var/task/stock.js:3:9)',
    '    at handler (/var/task/index.js:8:3) {',
    "  code: 'EMPTY',",
    '  [cause]: Error: gone',
    '      at read (/var/task/stock.js:1:1)',
    '}',
    'next line',
    '  indented, but no stack',
  ];

  expect(logsOf(normalised(lines)).map(({ body }) => body)).toEqual([
    lines.slice(0, 7).join('\n'),
    'next line',
    '  indented, but no stack',
  ]);
});

it('does not join what follows a line of another type, or nothing', () => {
  const normalise = normaliser({
    source: aSource,
    embeddedMetrics: 'metrics',
    takesMetrics: true,
    isInvocation: (id) => id === requestId,
  });
  const items: Item[] = [];

  normalise('function', '    at a (b.js:1:1)', startMs, items);
  normalise('extension', '    at c (d.js:1:1)', startMs, items);

  expect(logsOf(items).map(({ body, origin }) => [body, origin])).toEqual([
    ['    at a (b.js:1:1)', 'function'],
    ['    at c (d.js:1:1)', 'extension'],
  ]);
});

it('joins 64 KiB at most', () => {
  const lines = Array.from(
    { length: 2_000 },
    (_, index) => `    at f${index} (/var/task/a-file-with-a-long-name.js:${index}:1)`,
  );

  const bodies = logsOf(normalised(['Error: deep', ...lines])).map(({ body }) => body as string);

  expect(bodies.join('\n')).toBe(['Error: deep', ...lines].join('\n'));
  expect(Math.max(...bodies.map(({ length }) => length))).toBeLessThanOrEqual(64 * 1024 + 1);
});

it.each([[null], [7], [true], [[1, { a: 'b' }]]])('keeps the record %j as it is', (record) => {
  expect(logsOf(normalised([record])).map(({ body }) => body)).toEqual([record]);
});

it('keeps a text that looks like JSON and is not', () => {
  expect(logsOf(normalised(['{not: json}'])).map(({ body }) => body)).toEqual(['{not: json}']);
});

function normalised(records: readonly unknown[], embeddedMetrics: EmbeddedMetrics = 'metrics'): Item[] {
  const normalise = normaliser({
    source: aSource,
    embeddedMetrics,
    takesMetrics: true,
    isInvocation: (id) => id === requestId,
  });
  const items: Item[] = [];
  for (const record of records) normalise('function', record, startMs, items);
  return items;
}
