/** The secret texts that the function read by itself and handed over, the latest ones last. As bounded as the supervisor's. */
export function handedTexts(): HandedTexts {
  const texts = new Set<string>();
  let bytes = 0;
  let completed = () => {};
  const untilComplete = new Promise<void>((resolve) => {
    completed = resolve;
  });
  const drop = (text: string) => {
    if (texts.delete(text)) bytes -= Buffer.byteLength(text);
  };

  return {
    take(text) {
      drop(text);
      texts.add(text);
      bytes += Buffer.byteLength(text);
      for (const oldest of texts) {
        if (bytes <= MOST_BYTES && texts.size <= MOST) break;
        drop(oldest);
      }
    },
    completed,
    untilComplete,
    has: (text) => texts.has(text),
    all: () => texts,
  };
}

export interface HandedTexts {
  take(text: string): void;
  /** All that were handed over before this process started have been taken. */
  completed(): void;
  /** Resolves then. Records must not be redacted before. */
  readonly untilComplete: Promise<void>;
  has(text: string): boolean;
  all(): Iterable<string>;
}

const MOST = 16_384;
const MOST_BYTES = 4 * 1024 * 1024;
