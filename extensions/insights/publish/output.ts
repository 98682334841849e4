import type { InsightsDocument } from '../documents/document.ts';

/** One way out. */
export interface Output {
  /** @param startMs when the time began that the document covers. */
  add(document: InsightsDocument, startMs: number): void;
  /** Sends what waits, if it is time. The signal ends the wait. */
  flushIfDue?(signal: AbortSignal): Promise<void>;
  /** The last documents: sends all that waits, and says what was lost. */
  end?(signal: AbortSignal): Promise<void>;
  /** A new environment begins from a snapshot. */
  restored?(): void;
  counts(): Readonly<Record<string, number>>;
}
