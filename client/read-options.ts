import type { Wanted } from '../aws-call/wanted.ts';

export interface ReadOptions {
  /**
   * How old a value from the function's own memory may be, in seconds; at most its time to live. Default: the time to live where
   * the client asks AWS, 5 where it asks the extension.
   */
  maxAgeSeconds?: number;
  /** Asks AWS whatever is in memory, here and in the extension. Default: false. */
  refresh?: boolean;
  /** Stops the wait. What was asked for goes on, since others may wait for it, too. Default: waits until there is an answer. */
  signal?: AbortSignal;
}

export interface Read<T> extends ReadOptions {
  readonly wanted: Wanted;
  /** For messages, e.g. `Secret prod/db`. */
  readonly what: string;
  /** Of the JSON that answered. Undefined where it is not what the extension, or AWS, promises. */
  readonly decode: (answer: unknown) => T | undefined;
}
