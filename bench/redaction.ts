import { redactor } from '../extensions/telemetry/redact/redact.ts';
import { aLog } from '../test/support/builders/telemetry-items.ts';
import type { Benchmark, Measurement } from './support/benchmark.ts';
import { floor, interleave, spread } from './support/statistics.ts';

/** What it takes to look for what must not be seen, by how much there is to look for, and how that grows with the lines. */
export const redaction: Benchmark = {
  name: 'redaction',
  title: 'Redaction, CPU time per 1,000 lines',

  async measure({ rounds }) {
    const measurements: Measurement[] = [];
    for (const bytes of [200, 2_000]) {
      const { nothing, ...others } = await interleave(rounds(15), {
        nothing: async () => cpuMsPer1000({ bytes }),
        'names of fields': async () => cpuMsPer1000({ bytes, keys: KEYS }),
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
    return { kind: 'measured', measurements };
  },
};

interface Work {
  readonly bytes: number;
  readonly keys?: readonly string[];
  readonly values?: number;
  readonly patterns?: readonly string[];
}

/** Of lines in which nothing has to be hidden, as most have nothing. */
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

const LINES = 5_000;
const KEYS = ['password', 'secret', 'token', 'authorization', 'apikey', 'cookie'];
const PATTERNS = ['[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}', 'Bearer [A-Za-z0-9._-]+', '[a-z]+@[a-z]+[.]com'];
