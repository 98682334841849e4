import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDatagram, type Sample } from './parse.ts';

const count = { kind: 'count', tags: [], values: [1], weight: 1, timeMs: undefined, unit: '' };

describe('of a datagram is read', () => {
  it.each<[string, Record<string, unknown>]>([
    ['page.views:1|c', { ...count, name: 'page.views' }],
    ['page.views:-2|c|@0.1', { ...count, name: 'page.views', values: [-2], weight: 10 }],
    ['fuel.level:0.5|g|@0.1', { ...count, kind: 'gauge', name: 'fuel.level', values: [0.5] }],
    ['song.length:240|h|@0.5', { ...count, kind: 'distribution', name: 'song.length', values: [240], weight: 2 }],
    ['latency:1:2.5:3e2|d', { ...count, kind: 'distribution', name: 'latency', values: [1, 2.5, 300] }],
    ['query:12|ms', { ...count, kind: 'distribution', name: 'query', values: [12], unit: 'ms' }],
    ['users:a:b|s|#x', { kind: 'set', name: 'users', tags: ['x'], member: 'a:b' }],
    ['a:1|c|#country:china,b,,b,a:x:y', { ...count, name: 'a', tags: ['a:x:y', 'b', 'country:china'] }],
    ['a:1|c|T1656581400', { ...count, name: 'a', timeMs: 1_656_581_400_000 }],
    [
      'a:1|g|#k:v|c:ci-0123|e:it-false,cn-x,pu-1|T1656581400|card:low|@1|new:section',
      { ...count, kind: 'gauge', name: 'a', tags: ['k:v'], timeMs: 1_656_581_400_000 },
    ],
    ['grüße:1|c|#ort:köln', { ...count, name: 'grüße', tags: ['ort:köln'] }],
  ])('%s', (line, expected) => {
    expect(parseDatagram(line)).toEqual({ samples: [expected], notHonoured: 0, malformed: 0 });
  });

  it('each line, whatever the others are', () => {
    const lines = ['a:1|c', '', 'wrong', '_e{5,4}:title|text|#x', 'b:2|g\r', '_sc|db|0|m:fine', 'c:x|c', ''];

    const { samples, ...counts } = parseDatagram(lines.join('\n'));

    expect(samples.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(counts).toEqual({ notHonoured: 2, malformed: 2 });
  });
});

it.each([
  'a',
  ':1|c',
  'a:|c',
  'a:1',
  'a:1|',
  'a:1|x',
  'a:1|m',
  'a:1|c|@0',
  'a:1|c|@-1',
  'a:1|c|@x',
  'a:nan|c',
  'a:inf|g',
  'a:0x10|g',
  'a:1e999|g',
  'a:1:|c',
  'a:1,5|c',
  'a:1|c|T0',
  'a:1|c|T-5',
  'a:1|c|Tomorrow',
  'a:1|c|T1e300',
  'a: 1|c',
])('a line that is no metric is counted as malformed: %s', (line) => {
  expect(parseDatagram(line)).toEqual({ samples: [], notHonoured: 0, malformed: 1 });
});

describe('for all inputs', () => {
  const word = fc.stringMatching(/^[^|:,\n\r#@]{1,20}$/);
  const tag = fc.oneof(
    word,
    fc.tuple(word, word).map(([key, value]) => `${key}:${value}`),
  );
  const tags = fc.uniqueArray(tag, { maxLength: 5 }).map((some) => some.sort());
  // No client writes -0 as such.
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const numbers = fc.array(number, { minLength: 1, maxLength: 4 });
  const timeMs = fc.option(fc.integer({ min: 1, max: 4_000_000_000 }), { nil: undefined }).map((s) => s && s * 1_000);
  const sample: fc.Arbitrary<Sample> = fc.oneof(
    fc.record({
      kind: fc.constantFrom('count' as const, 'gauge' as const),
      name: word,
      tags,
      values: numbers,
      weight: fc.constant(1),
      timeMs,
      unit: fc.constant(''),
    }),
    fc.record({
      kind: fc.constant('distribution' as const),
      name: word,
      tags,
      values: numbers,
      weight: fc.constantFrom(1, 2, 4, 8),
      timeMs: fc.constant(undefined),
      unit: fc.constantFrom('', 'ms'),
    }),
    fc.record({ kind: fc.constant('set' as const), name: word, tags, member: word }),
  );

  it('what a client writes is what is read', () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 10 }), (samples) => {
        const isWritten = ({ name }: Sample) => !/^_e\{|^_sc$/.test(name);
        const written = samples.filter(isWritten);

        const read = parseDatagram(written.map(lineOf).join('\n'));

        expect(read).toEqual({ samples: written, notHonoured: 0, malformed: 0 });
      }),
    );
  });

  it('nothing throws, and each line counts once', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('a:1', '|', '|c', '|@', '|#', ':', '\n', '|T', '_e{', '_sc|', '1'),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        (datagram) => {
          const { samples, notHonoured, malformed } = parseDatagram(datagram);

          const lines = datagram.split('\n').filter((line) => line !== '' && line !== '\r');
          expect(samples.length + notHonoured + malformed).toBe(lines.length);
        },
      ),
    );
  });

  it.each([
    ['digits', (length: number) => `a:${'1'.repeat(length)}x|c`],
    ['values', (length: number) => `a${':1'.repeat(length / 2)}|d`],
    ['sections', (length: number) => `a:1|c${'|@'.repeat(length / 2)}`],
    ['colons', (length: number) => `a:1|c|#${':'.repeat(length)}`],
    ['lines', (length: number) => 'a\n'.repeat(length / 2)],
  ])('%s take time in proportion to their number', (_name, text) => {
    const cpuOf = (length: number) => {
      const input = text(length);
      const started = process.cpuUsage();
      parseDatagram(input);
      return process.cpuUsage(started).user;
    };
    cpuOf(100_000);

    const [short, long] = [cpuOf(100_000), cpuOf(1_600_000)];

    // Quadratic time would be 256 times as long.
    expect(long).toBeLessThan(Math.max(short, 2_000) * 100);
  });
});

function lineOf(sample: Sample): string {
  const tags = sample.tags.length === 0 ? '' : `|#${sample.tags.join(',')}`;
  if (sample.kind === 'set') return `${sample.name}:${sample.member}|s${tags}`;
  const type = sample.kind === 'distribution' ? (sample.unit === 'ms' ? 'ms' : 'd') : sample.kind.charAt(0);
  const time = sample.timeMs === undefined ? '' : `|T${sample.timeMs / 1_000}`;
  return `${sample.name}:${sample.values.join(':')}|${type}|@${1 / sample.weight}${tags}${time}`;
}
