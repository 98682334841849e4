import type { Traffic } from '../../measure/index.ts';

export interface TrafficFlags {
  readonly invocations?: unknown;
  readonly architecture?: unknown;
  readonly coldShare?: unknown;
}

/** @throws Error that names the flag and what is expected. */
export function readTraffic({ invocations = 1_000_000, architecture = 'x64', coldShare }: TrafficFlags): Traffic {
  const invocationsPerMonth = Number(invocations);
  if (!(invocationsPerMonth > 0))
    throw new Error(`--invocations is "${invocations}": expected how many invocations a month has.`);
  const name = String(architecture) === 'x86_64' ? 'x64' : String(architecture);
  if (name !== 'x64' && name !== 'arm64')
    throw new Error(`--architecture is "${architecture}": expected x86_64 or arm64.`);
  if (coldShare === undefined) return { invocationsPerMonth, architecture: name };
  const percent = Number(String(coldShare).replace(/\s*%$/, ''));
  if (!(percent >= 0 && percent <= 100))
    throw new Error(`--cold-share is "${coldShare}": expected a percentage from 0 to 100.`);
  return { invocationsPerMonth, architecture: name, coldShare: percent / 100 };
}

/** A flag that may come several times. */
export function all(flag: unknown): string[] {
  return flag === undefined ? [] : [flag].flat().map(String);
}
