import { monotonicMs } from './monotonic-ms.ts';

/**
 * From 0 to 1, and another one in each environment. Environments that begin from one snapshot share the state of `Math.random`,
 * but do not ask at the same nanosecond.
 */
export function environmentRandom(): number {
  return (Math.random() + ((monotonicMs() * 1_000) % 1)) % 1;
}
