/** How AWS's agent calculates. What is unknown stays unknown. */

/** The part of the total in percent. The agent cuts the digits off: 63 of 256 MB are 24 %. */
export function wholePercent(part: number | undefined, total: number): number | undefined {
  // Divided first, 29 of 100 would be 28.999….
  return part === undefined || total <= 0 ? undefined : Math.floor((part * 100) / total);
}

/** Lambda's megabytes have 1,048,576 bytes. */
export function megabytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / (1024 * 1024);
}

export function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}

export function twoDigits(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 100) / 100;
}
