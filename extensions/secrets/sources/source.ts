import type { Wanted } from '../../../aws-call/wanted.ts';

export { lazily } from '../../../foundation/lazily.ts';

/** Where values live. A value is the body of an answer, in AWS's format. Errors are those of the AWS SDK. */
export interface Source {
  fetch(wanted: Wanted, signal: AbortSignal): Promise<string>;
  /** Secrets and what is below paths, by few calls. A secret that it does not bring is to be fetched by itself. */
  fetchMany(wanted: readonly Wanted[], signal: AbortSignal): Promise<Fetched>;
}

export interface Fetched {
  /** Each under what it was wanted by; what is below a path, each under its name. */
  readonly found: readonly { wanted: Wanted; value: string }[];
  readonly failures: readonly { wanted: Wanted; error: unknown }[];
}

export const NOTHING_FETCHED: Fetched = { found: [], failures: [] };

export function joinFetched(parts: readonly Fetched[]): Fetched {
  return { found: parts.flatMap(({ found }) => found), failures: parts.flatMap(({ failures }) => failures) };
}
