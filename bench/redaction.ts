import { redactor } from '../extensions/telemetry/redact/redact.ts';
import { aLog } from '../test/support/builders/telemetry-items.ts';
import type { Benchmark, Measurement } from './support/benchmark.ts';
import { floor, interleave, spread } from './support/statistics.ts';

/** CPU time of the search for secrets: by how many there are, by the length of the lines, and with hostile patterns. */
export const redaction: Benchmark = {
  name: 'redaction',
  title: 'Redaction, CPU time per 1,000 lines',

  async measure({ rounds }) {
    const measurements: Measurement[] = [];
    for (const bytes of [200, 2_000]) {
      const { nothing, ...others } = await interleave(rounds(15), {
        nothing: async () => cpuMsPer1000({ bytes }),
        'names of fields': async () => cpuMsPer1000({ bytes, keys: KEYS }),
        // As many as the function's own credentials.
        'and 2 values': async () => cpuMsPer1000({ bytes, keys: KEYS, values: 2 }),
        'and 10 values': async () => cpuMsPer1000({ bytes, keys: KEYS, values: 10 }),
        'and 1,000 values': async () => cpuMsPer1000({ bytes, keys: KEYS, values: 1_000 }),
        '10 values and 3 patterns': async () => cpuMsPer1000({ bytes, keys: KEYS, values: 10, patterns: PATTERNS }),
      });
      for (const [what, samples] of Object.entries(others)) {
        measurements.push({
          what: `${what}, lines of ${bytes} bytes`,
          unit: 'ms',
          ours: spread(samples),
          floors: { 'nothing to hide': floor(samples, nothing) },
        });
      }
    }
    const hostile = await interleave(
      rounds(15),
      Object.fromEntries(HOSTILE.map(({ pattern, text }) => [pattern, async () => cpuMsOf(pattern, text)])),
    );
    for (const [pattern, samples] of Object.entries(hostile)) {
      measurements.push({ what: `one text of 200 KB against ${pattern}`, unit: 'ms', ours: spread(samples) });
    }
    return { kind: 'measured', measurements };
  },
};

interface Work {
  readonly bytes: number;
  readonly keys?: readonly string[];
  readonly values?: number;
  readonly patterns?: readonly string[];
}

/** Most lines have nothing to hide, and so have these. */
function cpuMsPer1000({ bytes, keys = [], values = 0, patterns = [] }: Work): number {
  const { redact, setValues } = redactor({ keys, patterns });
  setValues(new Set(Array.from({ length: values }, (_, index) => `s3cr3t-value-number-${index}`)));
  const items = Array.from({ length: LINES }, (_, line) =>
    aLog(`order ${line} was priced at 12.34 EUR in 17 ms; cache=hit region=eu-central-1 `.padEnd(bytes, 'items=9 ')),
  );
  const before = process.cpuUsage();
  redact(items);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / LINES;
}

/** From the compilation on, since the table for a pattern is built by its first texts. */
function cpuMsOf(pattern: string, text: string): number {
  const { redact } = redactor({ keys: [], patterns: [pattern] });
  const items = [aLog(text)];
  const before = process.cpuUsage();
  redact(items);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Base64 in runs, in which each character may be in the middle of 480 matches. */
const runs = Array.from({ length: 340 }, (_, index) => randomBase64(index, 600)).join(' ');

function randomBase64(seed: number, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return Array.from({ length }, (_, at) => alphabet[Math.floor(Math.abs(Math.sin(seed * 7919 + at * at)) * 63)]).join(
    '',
  );
}

/** Engines that go back in the text, or visit each state at each character, take seconds to years. */
const HOSTILE = [
  { pattern: '[A-Za-z0-9+/=_-]{40,500}', text: 'aGVsbG8gd29ybGQ+/'.repeat(12_000) },
  { pattern: '[A-Za-z0-9+/=_-]{40,480}', text: runs },
  { pattern: '(?i)^([a-z]+)+@', text: 'a'.repeat(200_000) },
  { pattern: 'a.*b|a', text: 'a'.repeat(200_000) },
];
const LINES = 5_000;
const KEYS = ['password', 'secret', 'token', 'authorization', 'apikey', 'cookie'];
const PATTERNS = ['[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}', 'Bearer [A-Za-z0-9._-]+', '[a-z]+@[a-z]+[.]com'];
