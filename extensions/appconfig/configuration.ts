import type { AnswerMemory } from './answer-memory.ts';
import type { Flags } from './flags/flag.ts';
import type { Fetched } from './sources/source.ts';

/** One version of a configuration, fit to be served. */
export interface Configuration extends Fetched {
  /** Of the content and its type: what a client that has it may show instead of fetching it again. */
  readonly etag: string;
  /** Whether it depends on the context, and so is never sent as it is. */
  readonly hasVariants: boolean;
  /** Undefined where the content has none. */
  flags(): Flags | undefined;
  /** What was answered from this version. */
  readonly answers: AnswerMemory;
}
