import type { Origin, Signal } from '../items/item.ts';

/** One step in the choice of what goes where. Routes are tried in their order. */
export interface Route {
  /** Default: everything. */
  readonly match?: Match;
  /** Nothing more happens to the item. */
  readonly drop?: boolean;
  /** The share that is kept. */
  readonly sample?: number;
  readonly add?: Readonly<Record<string, string | number | boolean>>;
  /** Where it is sent; then it is done, unless `continue` is set. Without any `to` on its way it goes everywhere. */
  readonly to?: OneOrMore<string>;
  readonly continue?: boolean;
}

/** All that is given must hold; of several values any. */
export interface Match {
  readonly signal?: OneOrMore<Signal>;
  readonly origin?: OneOrMore<Origin>;
  readonly type?: OneOrMore<string>;
  readonly minLevel?: Level;
  readonly maxLevel?: Level;
  readonly name?: OneOrMore<string>;
  readonly attributes?: Readonly<Record<string, OneOrMore<string>>>;
  readonly text?: OneOrMore<string>;
  readonly not?: Match;
}

export type OneOrMore<T> = T | readonly T[];

export type Level = (typeof levels)[number];
export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export function toList<T extends string>(value: OneOrMore<T> | undefined): readonly T[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
