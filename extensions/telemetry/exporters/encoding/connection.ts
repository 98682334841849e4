import type { Connection } from '../exporter.ts';

/** The part of a request that says how to connect; empty where nothing is set. */
export function connectionOf(parts: { readonly [K in keyof Connection]?: string | undefined }): {
  connection?: Connection;
} {
  const set = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  return Object.keys(set).length === 0 ? {} : { connection: set };
}
