/** Said by the function's own console, so that the line has the format and the request of its other lines. */
export function complain(what: string, error: unknown): void {
  const why = error instanceof Error ? error.stack : error;
  // biome-ignore lint/suspicious/noConsole: it is the console of the function
  console.error(`[preload] ERROR ${what}. The function goes on without it: ${why}`);
}
