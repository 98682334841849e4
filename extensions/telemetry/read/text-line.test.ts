import { expect, it } from 'vitest';
import { aSource, requestId, startMs } from '../../../test/support/builders/lambda-records.ts';
import type { LogItem } from '../items/item.ts';
import { logItem } from '../items/log-line.ts';
import { readText } from './text-line.ts';

it.each<[string, string, Partial<LogItem>]>([
  [
    'the Node.js runtime',
    `2022-08-02T12:01:23.521Z\t${requestId}\tINFO\tstored\tin 3 ms\n`,
    {
      timeMs: Date.parse('2022-08-02T12:01:23.521Z'),
      requestId,
      level: 'INFO',
      severity: 9,
      body: 'stored\tin 3 ms',
      cutLength: 68,
    },
  ],
  [
    'the Node.js runtime outside of an invocation',
    '2022-08-02T12:01:23.521Z\tundefined\tWARN\tslow start',
    { timeMs: Date.parse('2022-08-02T12:01:23.521Z'), level: 'WARN', severity: 13, body: 'slow start' },
  ],
  [
    'the Node.js runtime, over several lines',
    `2022-08-02T12:01:23.521Z\t${requestId}\tERROR\tError: no\n    at handler (/var/task/index.js:1:7)\n`,
    {
      timeMs: Date.parse('2022-08-02T12:01:23.521Z'),
      requestId,
      level: 'ERROR',
      severity: 17,
      body: 'Error: no\n    at handler (/var/task/index.js:1:7)',
      cutLength: 69,
    },
  ],
  ['plain text', 'hello world', { body: 'hello world' }],
  ['a level in brackets', '[INFO] Hello world', { level: 'INFO', severity: 9, body: '[INFO] Hello world' }],
  ['a level with a colon', 'Error: boom', { level: 'Error', severity: 17, body: 'Error: boom' }],
  ['a word in brackets that is no level', '[orders] Hello', { body: '[orders] Hello' }],
  [
    'something like the runtime, without its time',
    `${'x'.repeat(23)}Z\ta\tINFO\tb`,
    { body: `${'x'.repeat(23)}Z\ta\tINFO\tb` },
  ],
  ['something like the runtime, cut off', '2022-08-02T12:01:23.521Z\tabc', { body: '2022-08-02T12:01:23.521Z\tabc' }],
  ['nothing', '', { body: '' }],
  ['a line break', '\n', { body: '' }],
])('reads a text of %s', (_writer, text, expected) => {
  const item = aLine(text);

  readText(item, text);

  expect(item).toEqual({ ...aLine(text), ...expected });
});

function aLine(body: string): LogItem {
  return logItem('function', aSource, 'function', startMs, body);
}
