/** Calls `work` every so many milliseconds, until the returned function is called. A freeze counts as no time. */
export type Every = (ms: number, work: () => void) => () => void;

/** One timer for all calls: a new timer and a promise for each of them would take twice the CPU time. */
export const every: Every = (ms, work) => {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
};
