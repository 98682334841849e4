import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aSource, requestId, startMs } from '../../../test/support/builders/lambda-records.ts';
import type { LogItem } from '../items/item.ts';
import { logItem } from '../items/log-line.ts';
import { textReader } from './text-line.ts';

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
  ['a level in lower case', 'error: boom', { level: 'error', severity: 17, body: 'error: boom' }],
  ['a word with a colon that is no level', 'order: stored', { body: 'order: stored' }],
  ['a level that is part of a word', 'http://localhost', { body: 'http://localhost' }],
  ['a level in lower case, without a colon', 'error handling is on', { body: 'error handling is on' }],
  [
    'a coloured level',
    '\u001b[1;31merror\u001b[39m: boom',
    { level: 'error', severity: 17, body: '\u001b[1;31merror\u001b[39m: boom' },
  ],
  ['colours without a level', '\u001b[31mboom\u001b[39m', { body: '\u001b[31mboom\u001b[39m' }],
  ['a column in capitals', ' ERROR  boom', { level: 'ERROR', severity: 17, body: ' ERROR  boom' }],
  [
    'a level behind a time',
    '2022-08-02 12:01:23,521 WARN slow',
    { level: 'WARN', severity: 13, body: '2022-08-02 12:01:23,521 WARN slow' },
  ],
  [
    'a level behind a time and a label in brackets',
    '[2022-08-02T12:01:23.521] [orders] error: boom',
    { level: 'error', severity: 17, body: '[2022-08-02T12:01:23.521] [orders] error: boom' },
  ],
  ['a number that is no time', '10.55 EUR were paid', { body: '10.55 EUR were paid' }],
  [
    'the Node.js runtime, which takes another logger’s error for INFO',
    `2022-08-02T12:01:23.521Z\t${requestId}\tINFO\terror: boom`,
    {
      timeMs: Date.parse('2022-08-02T12:01:23.521Z'),
      requestId,
      level: 'error',
      severity: 17,
      body: 'error: boom',
      cutLength: undefined,
    },
  ],
  [
    'the Node.js runtime, whose error says debug',
    `2022-08-02T12:01:23.521Z\t${requestId}\tERROR\tdebug: of an error`,
    {
      timeMs: Date.parse('2022-08-02T12:01:23.521Z'),
      requestId,
      level: 'ERROR',
      severity: 17,
      body: 'debug: of an error',
      cutLength: 68,
    },
  ],
  [
    'something like the runtime, without its request id',
    '2022-08-02T12:01:23.521Z\tERROR\tboom\tagain',
    { level: 'ERROR', severity: 17, body: '2022-08-02T12:01:23.521Z\tERROR\tboom\tagain' },
  ],
  ['line breaks', 'a\r\n\n', { body: 'a' }],
  ['nothing', '', { body: '' }],
  ['a line break', '\n', { body: '' }],
])('reads a text of %s', (_writer, text, expected) => {
  const item = aLine(text);

  textReader()(item, text);

  expect(item).toEqual({ ...aLine(text), ...expected });
});

it('reads a text the same whatever it read before', () => {
  const times = ['2022-08-02T12:01:23.521Z', '2022-08-02T12:01:23.522Z', '2022-08-02T12:61:23.521Z', '2022-08-02'];
  const rests = [
    `\t${requestId}\tINFO\t`,
    `\t${requestId}\tINFO`,
    `\t${requestId}\tERROR\t`,
    '\tundefined\tINFO\t',
    '\t\t\t',
    '',
  ];
  const text = fc.tuple(
    fc.constantFrom(...times),
    fc.constantFrom(...rests),
    fc.constantFrom('', '\tstored\n', 'error: no'),
  );
  fc.assert(
    fc.property(fc.array(text), (parts) => {
      const readText = textReader();
      for (const one of parts.map((part) => part.join(''))) {
        const [item, fresh] = [aLine(one), aLine(one)];
        readText(item, one);
        textReader()(fresh, one);
        expect(item).toEqual(fresh);
      }
    }),
  );
});

function aLine(body: string): LogItem {
  return logItem('function', aSource, 'function', startMs, body);
}
