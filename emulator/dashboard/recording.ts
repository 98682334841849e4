import type { Happened, Message } from './messages.ts';

/** What has happened, for pages that come later and for the saved run. Forgets the oldest tenth beyond its bounds. */
export interface Recording {
  add(environment: number, happened: Happened): void;
  after(id: number): readonly Message[];
  onAdded(listener: () => void): Disposable;
}

export function createRecording(nowMs: () => number): Recording {
  let messages: Message[] = [];
  let sizes: number[] = [];
  let bytes = 0;
  let last = 0;
  const listeners = new Set<() => void>();
  return {
    add(environment, happened) {
      const message = { id: ++last, atMs: nowMs(), environment, ...happened };
      const size = sizeOf(happened);
      messages.push(message);
      sizes.push(size);
      bytes += size;
      if (messages.length > MOST_MESSAGES || bytes > MOST_BYTES) {
        const dropped = Math.ceil(messages.length / 10);
        bytes -= sizes.slice(0, dropped).reduce((sum, one) => sum + one, 0);
        messages = messages.slice(dropped);
        sizes = sizes.slice(dropped);
      }
      for (const listener of listeners) listener();
    },
    after(id) {
      const oldest = messages[0]?.id ?? 0;
      return messages.slice(Math.max(0, id + 1 - oldest));
    },
    onAdded(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => listeners.delete(listener) };
    },
  };
}

/** About what it holds in memory: texts dominate. */
export function sizeOf(happened: Happened): number {
  return OBJECT_BYTES + 2 * lengthOf(happened);
}

function lengthOf(happened: Happened): number {
  switch (happened.kind) {
    case 'hint':
      return happened.text.length;
    case 'record':
      return typeof happened.record.record === 'string' ? happened.record.record.length : 0;
    case 'action':
    case 'metrics':
    case 'processes':
      return JSON.stringify(happened).length;
    case 'timeline':
      return 0;
  }
}

export const MOST_MESSAGES = 200_000;
export const MOST_BYTES = 128 * 1_024 * 1_024;
const OBJECT_BYTES = 400;
