import type { TelemetryRecord } from '../lambda-api/telemetry-api.ts';
import type { LogLine, TimelineEntry } from './environment/watching.ts';
import { type Waiting, waitingList } from './waiting.ts';

export interface Remembered {
  readonly records: Waiting<TelemetryRecord>;
  readonly lines: Waiting<LogLine>;
  readonly timeline: Waiting<TimelineEntry>;
  /** Returns whether it is to be shown: a program that makes a mistake usually repeats it, and a hint is said once. */
  takeLine(line: LogLine): boolean;
}

/** What tests can look at: the latest of each kind. */
export function remembered(): Remembered {
  const lines: Waiting<LogLine> = waitingList({ ...LIMITS, bytesOf: ({ text }) => bytesOf(text) });
  const hints = new Set<string>();
  return {
    records: waitingList({ ...LIMITS, bytesOf: ({ record }) => bytesOf(record) }),
    lines,
    timeline: waitingList({ ...LIMITS, bytesOf: () => OBJECT_BYTES }),
    takeLine(line) {
      if (line.source === 'hint') {
        if (hints.has(line.text)) return false;
        if (hints.size >= MOST_HINTS) hints.clear();
        hints.add(line.text);
      }
      lines.add(line);
      return true;
    },
  };
}

function bytesOf(record: unknown): number {
  return OBJECT_BYTES + (typeof record === 'string' ? record.length : OBJECT_BYTES);
}

/** A line may have 256 KB. */
const LIMITS = { most: 10_000, mostBytes: 16 * 1_024 * 1_024 };
const MOST_HINTS = 1_000;
/** What an object takes besides its text, about. */
const OBJECT_BYTES = 200;
