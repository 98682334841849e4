import { expect, it } from 'vitest';
import { aSource, requestId, startMs, traceId } from '../../../test/support/builders/lambda-records.ts';
import type { LogItem, Value } from '../items/item.ts';
import { logItem } from '../items/log-line.ts';
import { jsonObjectIn, readObject } from './json-line.ts';
import { textReader } from './text-line.ts';

it.each<[string, Record<string, Value>, Partial<LogItem>]>([
  [
    'Lambda',
    { timestamp: '2022-08-02T12:01:23.521Z', level: 'INFO', requestId, message: 'stored' },
    { timeMs: Date.parse('2022-08-02T12:01:23.521Z'), requestId, level: 'INFO', severity: 9, body: 'stored' },
  ],
  [
    'Lambda, of an error',
    {
      timestamp: '2022-08-02T12:01:23.521Z',
      level: 'ERROR',
      requestId,
      message: 'boom',
      errorType: 'Error',
      stackTrace: ['at a'],
    },
    {
      timeMs: Date.parse('2022-08-02T12:01:23.521Z'),
      requestId,
      level: 'ERROR',
      severity: 17,
      body: 'boom',
      attributes: { errorType: 'Error', stackTrace: ['at a'] },
    },
  ],
  [
    'pino',
    {
      level: 50,
      time: 1_659_441_683_521,
      pid: 8,
      hostname: '169.254.1.2',
      msg: 'boom',
      err: { type: 'Error', message: 'no' },
    },
    {
      timeMs: 1_659_441_683_521,
      level: 'ERROR',
      severity: 17,
      body: 'boom',
      attributes: { pid: 8, hostname: '169.254.1.2', err: { type: 'Error', message: 'no' } },
    },
  ],
  [
    'pino, with a level of its own',
    { level: 35, msg: 'a' },
    { level: 'INFO', severity: 9, body: 'a', attributes: { level: 35 } },
  ],
  [
    'bunyan',
    { name: 'orders', hostname: 'h', pid: 8, level: 40, msg: 'slow', time: '2022-08-02T12:01:23.521Z', v: 0 },
    {
      timeMs: Date.parse('2022-08-02T12:01:23.521Z'),
      level: 'WARN',
      severity: 13,
      body: 'slow',
      attributes: { name: 'orders', hostname: 'h', pid: 8, v: 0 },
    },
  ],
  [
    'winston',
    { level: 'silly', message: 'a', service: 's' },
    { level: 'silly', severity: 1, body: 'a', attributes: { service: 's' } },
  ],
  [
    'Powertools',
    {
      level: 'WARN',
      message: 'low stock',
      timestamp: '2022-08-02T12:01:23.521Z',
      service: 'orders',
      cold_start: true,
      function_request_id: requestId,
      sampling_rate: 0,
      xray_trace_id: '1-62e900b2-710d76f009d6e7785905449a',
    },
    {
      timeMs: Date.parse('2022-08-02T12:01:23.521Z'),
      requestId,
      level: 'WARN',
      severity: 13,
      body: 'low stock',
      traceId,
      attributes: { service: 'orders', cold_start: true, sampling_rate: 0 },
    },
  ],
  [
    'an OpenTelemetry instrumentation',
    { level: 30, msg: 'a', trace_id: traceId, span_id: '54565FB41AC79632', trace_flags: '01' },
    { level: 'INFO', severity: 9, body: 'a', traceId, spanId: '54565fb41ac79632', attributes: { trace_flags: '01' } },
  ],
  ['zap, with seconds', { ts: 1_659_441_683.521, msg: 'a' }, { timeMs: 1_659_441_683_521, body: 'a' }],
  ['nanoseconds', { time: 1_659_441_683_521_000_000, msg: 'a' }, { timeMs: 1_659_441_683_521, body: 'a' }],
  ['a message that is an object', { message: { a: [1, null] } }, { body: { a: [1, null] } }],
  ['a message that is nothing', { message: null, a: 1 }, { body: null, attributes: { a: 1 } }],
  ['a level as text', { level: '50', msg: 'a' }, { level: 'ERROR', severity: 17, body: 'a' }],
  [
    'a level as text, between those of pino',
    { level: '35', msg: 'a' },
    { level: 'INFO', severity: 9, body: 'a', attributes: { level: '35' } },
  ],
  [
    'a coloured level',
    { level: '\u001b[31merror\u001b[39m', message: 'a' },
    { level: 'error', severity: 17, body: 'a' },
  ],
  ['a padded level', { level: 'warn   ', message: 'a' }, { level: 'warn', severity: 13, body: 'a' }],
  [
    'lambda-log',
    { _logLevel: 'error', msg: 'a', _tags: [] },
    { level: 'error', severity: 17, body: 'a', attributes: { _tags: [] } },
  ],
  [
    'Elastic’s Common Schema, nested',
    { log: { level: 'error' }, message: 'a' },
    { level: 'error', severity: 17, body: 'a', attributes: { log: { level: 'error' } } },
  ],
  [
    'a log that has no level',
    { log: { level: 'deep' }, message: 'a' },
    { body: 'a', attributes: { log: { level: 'deep' } } },
  ],
  ['a time as text of digits', { time: '1659441683521000000', msg: 'a' }, { timeMs: 1_659_441_683_521, body: 'a' }],
  [
    'an id of an HTTP request beside that of the invocation',
    { requestId: '79b4f56e-95b1-4643-9700-2807f4e68189', awsRequestId: requestId, msg: 'a' },
    { requestId, body: 'a', attributes: { requestId: '79b4f56e-95b1-4643-9700-2807f4e68189' } },
  ],
  [
    'an id of an HTTP request alone',
    { requestId: '79b4f56e-95b1-4643-9700-2807f4e68189', msg: 'a' },
    { body: 'a', attributes: { requestId: '79b4f56e-95b1-4643-9700-2807f4e68189' } },
  ],
  ['an id under two names', { requestId, function_request_id: requestId, msg: 'a' }, { requestId, body: 'a' }],
  ['no message', { level: 'info', a: 1 }, { level: 'info', severity: 9, body: { level: 'info', a: 1 } }],
  ['two messages', { message: 'a', msg: 'b' }, { body: 'a', attributes: { msg: 'b' } }],
  [
    'two levels',
    { level: 'info', severity: 'ERROR', msg: 'a' },
    { level: 'info', severity: 9, body: 'a', attributes: { severity: 'ERROR' } },
  ],
  ['a level that nobody knows', { level: 'loud', msg: 'a' }, { level: 'loud', severity: 0, body: 'a' }],
  ['a level that is none', { level: { a: 1 }, msg: 'a' }, { body: 'a', attributes: { level: { a: 1 } } }],
  [
    'Datadog’s status',
    { status: 'error', msg: 'a' },
    { level: 'error', severity: 17, body: 'a', attributes: { status: 'error' } },
  ],
  [
    'a status that is none of a line',
    { status: 'shipped', msg: 'a' },
    { body: 'a', attributes: { status: 'shipped' } },
  ],
  [
    'a time that is of what the line is about',
    { timestamp: '2022-07-01T00:00:00Z', time: 1_659_441_683_521, msg: 'a' },
    { timeMs: 1_659_441_683_521, body: 'a', attributes: { timestamp: '2022-07-01T00:00:00Z' } },
  ],
  [
    'a time that is still to come',
    { time: '2022-08-09T12:01:23Z', msg: 'a' },
    { body: 'a', attributes: { time: '2022-08-09T12:01:23Z' } },
  ],
  ['a time of day', { time: '12:30', msg: 'a' }, { body: 'a', attributes: { time: '12:30' } }],
  ['a duration', { time: 12.5, msg: 'a' }, { body: 'a', attributes: { time: 12.5 } }],
  [
    'an id of a request that is not Lambda’s',
    { requestId: 'JKJaXmPLvHcESHA=', msg: 'a' },
    { body: 'a', attributes: { requestId: 'JKJaXmPLvHcESHA=' } },
  ],
  [
    'a trace id that is none',
    { trace_id: 'abc', span_id: '0000000000000000', msg: 'a' },
    { body: 'a', attributes: { trace_id: 'abc', span_id: '0000000000000000' } },
  ],
])('reads an object of %s', (_writer, object, expected) => {
  const item = aLine(object);

  readObject(item, object, isInvocation);

  expect(item).toEqual({ ...aLine(object), ...expected });
});

it.each([
  ['12345678901234567890', '12345678901234567890'],
  ['-9007199254740993', '-9007199254740993'],
  ['1234567890123456', 1_234_567_890_123_456],
  ['1659441683521000000', 1_659_441_683_521_000_000],
  ['0.1', 0.1],
])('keeps the digits of %s, wherever it stands', (digits, expected) => {
  const { msg, ...others } =
    jsonObjectIn(`{"msg":"1234567890123456789012","a":${digits},"b":[${digits}],"c":{"d":${digits}}}`) ?? {};

  expect([msg, others]).toEqual(['1234567890123456789012', { a: expected, b: [expected], c: { d: expected } }]);
});

it('keeps a field called __proto__ a field', () => {
  const object = jsonObjectIn('{"msg":"a","__proto__":{"polluted":true}}') ?? {};
  const item = aLine(object);

  readObject(item, object, isInvocation);

  expect(Object.entries(item.attributes)).toEqual([['__proto__', { polluted: true }]]);
  expect(item.attributes.polluted).toBeUndefined();
});

it('keeps the runtime’s request id and time if the object has none, and the object’s level if it has one', () => {
  const text = `2022-08-02T12:01:23.521Z\t${requestId}\tINFO\t{"level":"error","requestId":"79b4f56e-95b1-4643-9700-2807f4e68189","msg":"a"}`;
  const item = aLine(text);

  textReader()(item, text);
  readObject(item, jsonObjectIn(item.body as string) ?? {}, isInvocation);

  expect(item).toEqual({
    ...aLine('a'),
    timeMs: Date.parse('2022-08-02T12:01:23.521Z'),
    requestId,
    level: 'error',
    severity: 17,
    attributes: { requestId: '79b4f56e-95b1-4643-9700-2807f4e68189' },
  });
});

function isInvocation(id: string): boolean {
  return id === requestId;
}

function aLine(body: Value): LogItem {
  return logItem('function', aSource, 'function', startMs, body);
}
