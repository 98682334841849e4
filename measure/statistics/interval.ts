/** Where a figure of all possible runs lies, as the runs tell it. With too few runs a side is open: minus or plus infinity. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const CONFIDENCE = 0.95;
