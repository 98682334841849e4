/** Each bundle has a copy of this file, so they meet under a symbol that all copies share. */
const HOST = Symbol.for('lambda-node-extended.host');

/** Says to what is loaded in this process that the host runs it. */
export function markHost(): void {
  (globalThis as Marked)[HOST] = true;
}

export function isInsideHost(): boolean {
  return (globalThis as Marked)[HOST] === true;
}

type Marked = { [HOST]?: boolean };
