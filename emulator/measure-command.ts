import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { exceeded, measureReports, parseThreshold, readReports, toJson, toTable } from '../measure/index.ts';

export interface MeasureFlags {
  readonly reports?: unknown;
  readonly before?: unknown;
  readonly failIf?: unknown;
  readonly invocations?: unknown;
  readonly architecture?: unknown;
  readonly json?: boolean;
}

/**
 * What `measure` prints, and a sentence for each threshold that is exceeded.
 * @throws Error with what to do if a flag is wrong or a file cannot be read.
 */
export function measureText(flags: MeasureFlags): { text: string; failures: string[] } {
  const { reports, before, json } = flags;
  if (reports === undefined) throw new Error('Name the file with the reports: measure --reports log.txt');
  const thresholds = all(flags.failIf).map(parseThreshold);
  const measurement = measureReports(readAll(reports), before === undefined ? undefined : readAll(before), {
    invocationsPerMonth: invocations(flags.invocations),
    architecture: architecture(flags.architecture),
  });
  return {
    text: json ? toJson(measurement) : toTable(measurement),
    failures: exceeded(thresholds, measurement),
  };
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/** Exports to S3 are many compressed files, so a flag may come several times. */
function readAll(files: unknown): ReturnType<typeof readReports> {
  return all(files).flatMap((file) => {
    try {
      const bytes = readFileSync(file);
      return readReports((bytes.subarray(0, 2).equals(GZIP) ? gunzipSync(bytes) : bytes).toString('utf8'));
    } catch (error) {
      throw new Error(`Cannot read ${file}: ${(error as Error).message}.`);
    }
  });
}

function all(flag: unknown): string[] {
  return flag === undefined ? [] : [flag].flat().map(String);
}

function invocations(flag: unknown = 1_000_000): number {
  const count = Number(flag);
  if (!(count > 0)) throw new Error(`--invocations is "${flag}": expected how many invocations a month has.`);
  return count;
}

function architecture(flag: unknown = 'x64'): 'x64' | 'arm64' {
  const name = String(flag) === 'x86_64' ? 'x64' : String(flag);
  if (name !== 'x64' && name !== 'arm64') throw new Error(`--architecture is "${flag}": expected x86_64 or arm64.`);
  return name;
}
