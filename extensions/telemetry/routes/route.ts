import type { Origin, Signal } from '../items/item.ts';

/** One step of the routing. Routes apply in their order. */
export interface Route {
  /** Default: everything. */
  readonly match?: Match;
  /** Drops the item; later routes do not see it. */
  readonly drop?: boolean;
  /** The share that is kept, from 0 to 1. */
  readonly sample?: number;
  readonly add?: Readonly<Record<string, string | number | boolean>>;
  /** Where the item goes. Later routes see it only with `continue`. An item that meets no `to` goes everywhere. */
  readonly to?: OneOrMore<string>;
  readonly continue?: boolean;
}

/** Every condition must hold; of several values any one. */
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
