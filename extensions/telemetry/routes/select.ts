import { budgetOfItem } from '../items/budget.ts';
import type { Item } from '../items/item.ts';
import { copyOf } from '../items/log-line.ts';
import { type Route, toList } from './route.ts';
import { compileMatch, type ItemTest } from './route-match.ts';
import { isSampled } from './sample.ts';

/**
 * Sends an item to the destinations that the routes select.
 * @param send called once for each destination, with its index and the item. An item that gets an attribute after another
 * destination got it is copied.
 * @returns the number of destinations; 0 if the routes dropped the item.
 */
export type Select = (item: Item, send: Send, random?: () => number) => number;
export type Send = (destination: number, item: Item) => void;

/**
 * @param destinations the names of all destinations.
 * @param failover the destination that gets only what a route sends there by name.
 * @param onLate called for an item whose conditions take too long. It skips the routes that are left.
 */
export function compileRoutes(
  routes: readonly Route[],
  destinations: readonly string[],
  { failover, onLate }: { failover?: string | undefined; onLate?: () => void } = {},
): Select {
  const steps = routes.map((route) => compileRoute(route, destinations));
  const everywhere = [...destinations.keys()].filter((index) => destinations[index] !== failover);
  if (steps.length === 0) return (item, send) => sendTo(everywhere, item, send);

  const alreadySent = new Uint8Array(destinations.length);
  return (item, send, random = Math.random) => {
    let current = item;
    let sent = 0;
    let isRouted = false;
    let isShared = false;
    const budget = budgetOfItem();
    for (const { matches, drop, share, add, to, ends } of steps) {
      const isMatch = matches === undefined || matches(current, budget);
      if (budget.left < 0) {
        onLate?.();
        break;
      }
      if (!isMatch) continue;
      if (drop) return finish(sent);
      if (share < 1 && !isSampled(current, share, random)) return finish(sent);
      if (add !== undefined) {
        if (isShared) current = { ...current };
        isShared = false;
        current.attributes = Object.assign(copyOf(current.attributes), add);
        if (current.signal === 'logs') current.fieldBytes = undefined;
      }
      if (to === undefined) continue;
      if (ends && sent === 0) return sendTo(to, current, send);
      sent += sendToOthers(to, alreadySent, current, send);
      if (ends) return finish(sent);
      isRouted = true;
      isShared = sent > 0;
    }
    return isRouted ? finish(sent) : sendTo(everywhere, current, send);
  };

  function finish(sent: number): number {
    if (sent > 0) alreadySent.fill(0);
    return sent;
  }
}

interface Step {
  readonly matches: ItemTest | undefined;
  readonly drop: boolean;
  readonly share: number;
  readonly add: Route['add'];
  readonly to: readonly number[] | undefined;
  /** After `to`. */
  readonly ends: boolean;
}

function compileRoute(route: Route, destinations: readonly string[]): Step {
  const { match, drop = false, sample: share = 1, add, to, continue: goesOn = false } = route;
  const indexes = [...new Set(toList(to))].map((name) => destinations.indexOf(name)).filter((index) => index !== -1);
  return { matches: compileMatch(match), drop, share, add, to: to === undefined ? undefined : indexes, ends: !goesOn };
}

function sendTo(destinations: readonly number[], item: Item, send: Send): number {
  for (let index = 0; index < destinations.length; index++) send(destinations[index] ?? 0, item);
  return destinations.length;
}

function sendToOthers(destinations: readonly number[], alreadySent: Uint8Array, item: Item, send: Send): number {
  let sent = 0;
  for (const destination of destinations) {
    if (alreadySent[destination] === 1) continue;
    alreadySent[destination] = 1;
    send(destination, item);
    sent += 1;
  }
  return sent;
}
