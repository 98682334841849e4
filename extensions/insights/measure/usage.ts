import type { AgentMemory } from './agent-memory.ts';

/** What the environment used in a span of time. A field that could not be read is missing. */
export interface Usage {
  readonly userMs?: number | undefined;
  readonly systemMs?: number | undefined;
  readonly rxBytes?: number | undefined;
  readonly txBytes?: number | undefined;
  /** At the end of the span. */
  readonly tmpMaxBytes?: number | undefined;
  readonly tmpFreeBytes?: number | undefined;
  /** The most that a look at the processes saw; where the span had no look, what the latest saw. */
  readonly threads?: number | undefined;
  readonly fds?: number | undefined;
  /** The smallest limit of a process. */
  readonly fdLimit?: number | undefined;
  /** The most that a sample saw. */
  readonly memoryBytes?: number | undefined;
  /** Of the supervisor and the host. */
  readonly agentMemory?: AgentMemory | undefined;
}
