/** One thing that happened, for people and tests. */
export interface TimelineEntry {
  /** Milliseconds since the emulator started. */
  readonly atMs: number;
  readonly kind: 'event' | 'effect' | 'phase';
  readonly name: string;
  readonly detail?: string;
}

/** A line and its author: the platform, the function, an extension by its name, or the emulator's hints. */
export interface LogLine {
  readonly source: 'platform' | 'function' | 'extension' | 'hint';
  readonly extension?: string;
  readonly text: string;
}
