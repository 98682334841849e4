import { expect, it } from 'vitest';
import { createLog } from './log.ts';

function record(options: { level?: 'debug' | 'warn' | 'none'; format?: 'text' | 'json' }) {
  const lines: string[] = [];
  const log = createLog({
    name: 'secrets',
    level: 'debug',
    format: 'text',
    ...options,
    write: (line) => lines.push(line),
  });
  return { log, lines };
}

it('writes time, level, speaker and message on one line', () => {
  const { log, lines } = record({});

  log.warn('Error: the port is taken\n    at listen (/opt/host.cjs:1:2)\r\n    at init\n');

  expect(lines).toEqual([
    expect.stringMatching(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z WARN \[secrets\] Error: the port is taken \| at listen \(\/opt\/host\.cjs:1:2\) \| at init$/,
    ),
  ]);
});

it('writes the fields that Lambda uses where the function logs JSON', () => {
  const { log, lines } = record({ format: 'json' });

  log.error('the port is taken');

  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { timestamp: expect.any(String), level: 'ERROR', extension: 'secrets', message: 'the port is taken' },
  ]);
});

it('leaves out what is below the level', () => {
  const { log, lines } = record({ level: 'warn' });

  log.debug('a');
  log.info('b');
  log.warn('c');

  expect(lines).toEqual([expect.stringContaining('] c')]);
});

it('is silent at level none', () => {
  const { log, lines } = record({ level: 'none' });

  log.error('a');

  expect(lines).toEqual([]);
});
