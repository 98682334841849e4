import type { Source } from './source.ts';

/** A source whose bodies are announced before anybody gets them. */
export function announced(source: Source, onBody: (body: string) => void): Source {
  return {
    async fetch(wanted, signal) {
      const body = await source.fetch(wanted, signal);
      onBody(body);
      return body;
    },
    async fetchMany(wanted, signal) {
      const batch = await source.fetchMany(wanted, signal);
      for (const { value } of batch.found) onBody(value);
      return batch;
    },
  };
}
