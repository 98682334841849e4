import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aSource, startMs } from '../../../test/support/builders/lambda-records.ts';
import type { Item, LogItem, Source, SpanItem, Value } from '../items/item.ts';
import { logItem } from '../items/log-line.ts';
import { redactor } from './redact.ts';

const keys = ['password', 'token'];

it('hides values in bodies and attributes, at any depth', () => {
  const { redact, setValues } = redactor({ keys: [], patterns: [] });
  setValues(new Set(['hunter2', 'correct horse']));

  const items = redact([
    aLine('login with hunter2, then hunter2correct horse.'),
    aLine({ list: ['a', { deep: 'x hunter2' }], n: 1 }, { header: 'hunter2', other: 'b' }),
  ]);

  expect(items).toEqual([
    aLine('login with [redacted], then [redacted].'),
    aLine({ list: ['a', { deep: 'x [redacted]' }], n: 1 }, { header: '[redacted]', other: 'b' }),
  ]);
});

it('hides fields with the name of a secret, whatever their type, unless they are empty or boolean', () => {
  const { redact } = redactor({ keys, patterns: [] });
  const fields = {
    password: 'x',
    user: { accessToken: { value: 'y' }, refresh_token: 7 },
    hasToken: true,
    token: null,
    x: [{ PASSWORD: 'z' }],
  };

  const items = redact([aLine('a', fields), aLine(fields)]);

  const hidden = {
    password: '[redacted]',
    user: { accessToken: '[redacted]', refresh_token: '[redacted]' },
    hasToken: true,
    token: null,
    x: [{ PASSWORD: '[redacted]' }],
  };
  expect(items).toEqual([aLine('a', hidden), aLine(hidden)]);
});

it('hides what patterns match, together with values', () => {
  const { redact, setValues } = redactor({ keys: [], patterns: ['\\d{4}-\\d{4}', '[a-z]+@[a-z.]+'] });
  setValues(new Set(['example-secret']));

  const items = redact([aLine('1234-5678 of me@example-secret or x@y.z')]);

  expect(items).toEqual([aLine('[redacted] of [redacted] or [redacted]')]);
});

it('hides in spans: name, status, attributes, events and links', () => {
  const { redact, setValues } = redactor({ keys, patterns: [] });
  setValues(new Set(['hunter2']));
  const other = { name: 'ok', timeMs: startMs, attributes: {} };
  const link = { traceId: '1'.repeat(32), spanId: '1'.repeat(16) };
  const span = aSpan({
    name: 'GET /hunter2',
    status: { code: 'error', message: 'bad hunter2' },
    attributes: { password: 'x' },
    events: [other, { ...other, name: 'saw hunter2', attributes: { a: 'hunter2' } }],
    links: [{ ...link, attributes: { token: 't' } }],
  });

  const items = redact([span]);

  expect(items).toEqual([
    aSpan({
      name: 'GET /[redacted]',
      status: { code: 'error', message: 'bad [redacted]' },
      attributes: { password: '[redacted]' },
      events: [other, { ...other, name: 'saw [redacted]', attributes: { a: '[redacted]' } }],
      links: [{ ...link, attributes: { token: '[redacted]' } }],
    }),
  ]);
});

it('hides in attributes of metrics', () => {
  const { redact } = redactor({ keys, patterns: [] });
  const metric = (attributes: Record<string, Value>): Item => ({
    signal: 'metrics',
    origin: 'otlp',
    source: aSource,
    type: 'otlp',
    timeMs: startMs,
    attributes,
    name: 'logins',
    unit: '1',
    data: { kind: 'gauge', value: 1 },
  });

  expect(redact([metric({ token: 'x', a: 'b' })])).toEqual([metric({ token: '[redacted]', a: 'b' })]);
});

it('hides in resource, scope and exemplars of an SDK', () => {
  const { redact, setValues } = redactor({ keys, patterns: [] });
  setValues(new Set(['hunter2']));
  const source = (secret: string, token: string): Source => ({
    resource: { 'service.name': 'shop', 'process.command_args': ['node', `--db=${secret}`] },
    scope: { name: `scope ${secret}`, attributes: { token } },
  });
  const metric = (from: Source, secret: string): Item => ({
    signal: 'metrics',
    origin: 'otlp',
    source: from,
    type: 'otlp',
    timeMs: startMs,
    attributes: {},
    name: 'logins',
    unit: '1',
    data: { kind: 'gauge', value: 1 },
    otlp: { flags: 1, exemplars: [{ timeNs: 1n, value: 1, attributes: { url: `/${secret}` } }] },
  });
  const before = source('hunter2', 't');
  const after = source('[redacted]', '[redacted]');

  const items = redact([aSpan({ source: before }), metric(before, 'hunter2')]);

  expect(items).toEqual([aSpan({ source: after }), metric(after, '[redacted]')]);
  expect(items[0]?.source).toBe(items[1]?.source);
});

it('hides in a level that is not a known word', () => {
  const { redact, setValues } = redactor({ keys, patterns: [] });
  setValues(new Set(['hunter2']));

  expect(redact([{ ...aLine('a'), level: 'hunter2' }])).toEqual([{ ...aLine('a'), level: '[redacted]' }]);
});

it('returns the same objects if there is nothing to hide', () => {
  const { redact, setValues } = redactor({ keys, patterns: ['\\d{16}'] });
  setValues(new Set(['hunter2']));
  const body = { list: ['a', { deep: 'b' }] };
  const attributes = { a: { b: ['c'] }, bytes: new Uint8Array(2), big: 7n };
  const line = aLine(body, attributes);
  const span = aSpan({ attributes, events: [{ name: 'a', timeMs: 1, attributes }] });
  const items: Item[] = [line, span];

  const result = redact(items);

  expect(result).toBe(items);
  expect([result[0] === line, result[1] === span]).toEqual([true, true]);
  expect([line.body === body, line.attributes === attributes, span.attributes === attributes]).toEqual([
    true,
    true,
    true,
  ]);
});

it('does not change objects that others share', () => {
  const { redact } = redactor({ keys, patterns: [] });
  const attributes = { password: 'x', a: { token: 'y' } };

  redact([aLine('a', attributes)]);

  expect(attributes).toEqual({ password: 'x', a: { token: 'y' } });
});

it('follows the values that are in use', () => {
  const { redact, setValues } = redactor({ keys: [], patterns: [] });
  const shown = () => (redact([aLine('first-secret second-secret')])[0] as LogItem).body;

  setValues(new Set(['first-secret']));
  const first = shown();
  setValues(new Set(['second-secret']));
  const second = shown();
  setValues(new Set(['second-secret']));
  const same = shown();
  setValues(new Set());
  const none = shown();

  expect([first, second, same, none]).toEqual([
    '[redacted] second-secret',
    'first-secret [redacted]',
    'first-secret [redacted]',
    'first-secret second-secret',
  ]);
});

it('hides what is nested too deep to be walked', () => {
  const { redact } = redactor({ keys, patterns: [] });
  let nested: Value = 'x';
  for (let depth = 0; depth < 100_000; depth++) nested = [nested];

  expect(JSON.stringify(redact([aLine(nested)])[0])).toContain('[redacted]');
});

it('never lets a value through', () => {
  const secrets = fc.uniqueArray(fc.string({ minLength: 6, maxLength: 40 }), { minLength: 1, maxLength: 10 });
  const around = fc.array(fc.string({ maxLength: 30 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(secrets, around, fc.nat(), (values, texts, pick) => {
      // The mark itself may hold a part of what was chosen at random.
      fc.pre(!values.some((value) => '[redacted][redacted]'.includes(value)));
      const { redact, setValues } = redactor({ keys: [], patterns: [] });
      setValues(new Set(values));
      const body = texts.join(values[pick % values.length]) + values[0];

      const [item] = redact([aLine(body, { a: [body] })]) as [LogItem];

      const pieces = (item.body as string).split('[redacted]');
      expect(pieces.filter((piece) => values.some((value) => piece.includes(value)))).toEqual([]);
      expect(item.attributes).toEqual({ a: [item.body] });
    }),
  );
});

it('hides a text as a whole if the search takes too long, counts the item, and goes on with the next one', () => {
  const { redact, setValues, notInTime } = redactor({ keys: [], patterns: ['a[ab]{400}c'] });
  setValues(new Set(['hunter2']));
  const hostile = Array.from({ length: 100_000 }, (_, at) => (Math.sin(at * at) < 0 ? 'a' : 'b')).join('');
  const before = process.cpuUsage();

  const items = redact([aLine(`${hostile} hunter2`, { more: hostile }), aLine('with hunter2')]);

  const { user, system } = process.cpuUsage(before);
  expect(items).toEqual([
    aLine('[not redacted in time]', { more: '[not redacted in time]' }),
    aLine('with [redacted]'),
  ]);
  expect(notInTime()).toBe(1);
  // Each of the two texts would take 2 s.
  expect((user + system) / 1_000).toBeLessThan(500);
});

it('announces that it takes very many values, and not that it takes some', () => {
  const announced: number[] = [];
  const { setValues } = redactor({ keys: [], patterns: [], announceWork: (cpuMs) => announced.push(cpuMs) });

  setValues(new Set(['hunter2']));
  setValues(new Set(Array.from({ length: 20_000 }, (_, index) => `secret-${index}`)));

  expect(announced).toEqual([200]);
});

it('searches what items share, whatever is left for one of them', () => {
  const { redact } = redactor({ keys: [], patterns: ['a[ab]{400}c'] });
  const hostile = Array.from({ length: 100_000 }, (_, at) => (Math.sin(at * at) < 0 ? 'a' : 'b')).join('');
  const source: Source = { resource: { 'service.name': 'orders' }, scope: { name: 'scope' } };

  const items = redact([{ ...aLine(hostile), origin: 'otlp', source }]);

  expect(items.map((item) => item.source)).toEqual([source]);
});

function aLine(body: Value, attributes: Record<string, Value> = {}): LogItem {
  return { ...logItem('function', aSource, 'function', startMs, body), attributes };
}

function aSpan(fields: Partial<SpanItem>): SpanItem {
  return {
    signal: 'traces',
    origin: 'otlp',
    source: aSource,
    type: 'otlp',
    timeMs: startMs,
    attributes: {},
    traceId: '1'.repeat(32),
    spanId: '1'.repeat(16),
    name: 'GET /',
    kind: 'server',
    endMs: startMs + 1,
    status: { code: 'unset' },
    events: [],
    links: [],
    ...fields,
  };
}
