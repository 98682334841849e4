import type { ServerResponse } from 'node:http';

/** Writes as fast as the client reads. */
export interface PacedWriter {
  /** Returns a promise if the client must read first; it also resolves when nothing more will be sent. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** The answer has ended, maybe ahead of its source: who still sends parts need not wait for the client. */
  release(): void;
}

export function pacedWriter(response: ServerResponse): PacedWriter {
  const held = new Set<() => void>();
  const release = () => {
    for (const letGo of held) letGo();
    held.clear();
  };
  response.on('drain', release).on('close', release);
  return {
    write(chunk) {
      // After a time-out on managed instances the code runs on, and may still send parts.
      if (response.writableEnded || response.destroyed || response.write(chunk)) return undefined;
      return new Promise((resolve) => void held.add(resolve));
    },
    release,
  };
}
