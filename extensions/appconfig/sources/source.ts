import type { Profile } from '../profile.ts';

/** Where configurations live: AppConfig, or a folder. */
export interface Source {
  /** Prepares to ask for one configuration, again and again; asks nothing yet. */
  open(profile: Profile): Feed;
  /** Calls back when something may have changed, where the source can know. Returns a function that stops it. */
  watch?(onChange: () => void): () => void;
}

export interface Feed {
  /** What there is now, or that it is what the last poll brought. Rejects with errors of the AWS SDK. */
  poll(signal: AbortSignal): Promise<Polled>;
}

export interface Polled {
  /** Undefined when nothing has changed since the last poll. */
  readonly fetched: Fetched | undefined;
  /** When to poll again, where the source has a say in it. */
  readonly nextPollMs: number | undefined;
}

/** A configuration as it came. */
export interface Fetched {
  readonly content: Buffer;
  readonly contentType: string;
  /** The version's label, which not every version has. */
  readonly version: string | undefined;
}
