/**
 * Milliseconds since some fixed point; never goes back. Does without the global `performance`: its first use loads eleven modules
 * of Node.js, some milliseconds of CPU time.
 */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}
