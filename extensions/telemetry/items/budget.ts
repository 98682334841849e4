/** How much work one item may take. A unit is some 10 ns of CPU time: one character that is read by a table. */
export interface Budget {
  /** Below 0 it is used up. */
  left: number;
}

/** Some 100 ms. Lines of megabytes fit in, since hardly any character takes more than a unit. */
export function budgetOfItem(): Budget {
  return { left: 10_000_000 };
}

export function noLimit(): Budget {
  return { left: Number.POSITIVE_INFINITY };
}
