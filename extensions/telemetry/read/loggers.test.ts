import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aSource, logsOf, requestId, start, startMs } from '../../../test/support/builders/lambda-records.ts';
import { correlator } from '../invocations/correlate.ts';
import { platformEvents } from '../invocations/platform-events.ts';
import { compactor } from '../items/compact.ts';
import type { LogItem } from '../items/item.ts';
import { toText } from '../items/to-json.ts';
import { recordsToItems } from '../records-to-items.ts';
import { normaliser } from './normalise.ts';

/** The real packages write an error each. A route that keeps errors alone must keep them all. */
describe.each(['text', 'json'] as const)('in the log format %s', (format) => {
  const cases = outputs(format);

  it('every logger has written', () => {
    expect(cases.length).toBeGreaterThan(20);
  });

  it.each(cases)('reads an error of %s', (_logger, lines) => {
    const line = linesOf(lines, format).find(({ body }) => toText(body, 'function').includes('boom'));

    expect(line).toMatchObject({ severity: 17, requestId });
  });
});

/** Both outputs go to one file, as Lambda takes both. */
function outputs(format: string): [string, string[]][] {
  const folder = mkdtempSync(join(tmpdir(), 'loggers-'));
  const file = join(folder, 'output');
  const output = openSync(file, 'a');
  try {
    const script = resolve(import.meta.dirname, '../../../test/fixtures/telemetry/loggers.mjs');
    // Some loggers write less in a test.
    const env = { AWS_LAMBDA_FUNCTION_NAME: 'f' };
    spawnSync(process.execPath, [script, format], { stdio: ['ignore', output, output], env });
    const [, ...parts] = readFileSync(file, 'utf8').split(/^# /m);
    return parts.map((part) => {
      const [name = '', ...lines] = part.split('\n');
      return [name, lines.filter((line) => line !== '')];
    });
  } finally {
    closeSync(output);
    rmSync(folder, { recursive: true });
  }
}

/** In the JSON format Lambda hands over as objects what is JSON. */
function linesOf(lines: readonly string[], format: string): LogItem[] {
  const platform = platformEvents({ source: aSource, functionName: 'orders', isManagedInstances: false });
  const correlate = correlator({
    invocations: platform.invocations,
    isManagedInstances: false,
    hasPlatformRecords: () => true,
    adoptsSpans: false,
  });
  const { isInvocation } = correlate;
  const normalise = normaliser({ source: aSource, embeddedMetrics: 'metrics', takesMetrics: true, isInvocation });
  const receive = recordsToItems({
    source: aSource,
    normalise,
    platform,
    correlator: correlate,
    compactor: compactor(),
  });
  const records = lines.map((line) => (format === 'json' && line.startsWith('{') ? JSON.parse(line) : `${line}\n`));
  const time = new Date().toISOString();
  return logsOf(receive([start(), ...records.map((record) => ({ time, type: 'function', record }))], startMs));
}
