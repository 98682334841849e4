/**
 * Which deliveries are confirmed. A mark is the number of a delivery: its name needs none below it any more. A name is an
 * extension, or one of the places where an extension keeps records, such as a destination.
 */
export interface Marks {
  /** What the process before this one told, else 1. Known when the first delivery comes. */
  earlier(name: string): number;
  /** Tells the supervisor what is new. Marks never go down. */
  tell(marks: Iterable<readonly [name: string, seq: number]>): void;
}

/** @param say sends lines to the supervisor, all of them or none. */
export function marks(say: (...marks: (readonly [name: string, seq: number])[]) => void) {
  const earlier = new Map<string, number>();
  const told = new Map<string, number>();
  return {
    /** The supervisor says what it was told. */
    remember: (name: string, seq: number) => void earlier.set(name, seq),
    earlier: (name: string) => earlier.get(name) ?? 1,
    /** Nobody has confirmed this delivery or a later one to the process before this one. */
    highestEarlier: () => Math.max(1, ...earlier.values()),
    tell(all: Iterable<readonly [name: string, seq: number]>) {
      const higher = [...all].filter(([name, seq]) => seq > (told.get(name) ?? 0));
      for (const [name, seq] of higher) told.set(name, seq);
      if (higher.length > 0) say(...higher);
    },
  };
}
