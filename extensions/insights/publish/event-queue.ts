export interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Log events that wait, within a bound. The oldest goes first where there is no room: the latest say most about now. */
export function eventQueue(mostBytes: number) {
  let events: LogEvent[] = [];
  let bytes = 0;

  /** Returns how many it dropped. */
  function makeRoom(): number {
    let dropped = 0;
    while (bytes > mostBytes && events.length > 1) {
      bytes -= bytesOf(events[dropped] as LogEvent);
      dropped += 1;
      if (dropped === events.length) break;
    }
    events = events.slice(dropped);
    return dropped;
  }

  return {
    add(event: LogEvent): number {
      events.push(event);
      bytes += bytesOf(event);
      return bytes > mostBytes ? makeRoom() : 0;
    },
    takeAll(): LogEvent[] {
      const taken = events;
      events = [];
      bytes = 0;
      return taken;
    },
    /** Puts back what could not be sent. */
    giveBack(older: readonly LogEvent[]): number {
      events = [...older, ...events];
      bytes = events.reduce((sum, event) => sum + bytesOf(event), 0);
      return makeRoom();
    },
    size: () => events.length,
    isHalfFull: () => bytes > mostBytes / 2,
  };
}

/** As CloudWatch counts them. */
export function bytesOf({ message }: LogEvent): number {
  return Buffer.byteLength(message) + BYTES_PER_EVENT;
}

const BYTES_PER_EVENT = 26;
