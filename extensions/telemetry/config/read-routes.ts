import { type Match, type Route, toList } from '../routes/route.ts';
import { definitions } from './config-shapes.ts';
import { isObject, violations } from './shape.ts';

/**
 * Reads the routes of a document. An invalid route is ignored, except for one that drops: a mistake must not let through what it
 * should drop, so it stays without its invalid conditions.
 * @param destinations the names that `to` may have.
 */
export function readRoutes(
  values: readonly unknown[],
  destinations: readonly string[],
): { routes: Route[]; problems: string[] } {
  const problems: string[] = [];
  const routes = values.flatMap((value, index) => {
    const path = `routes[${index}]`;
    const found = problemsOf(value, path);
    if (found.length === 0) {
      const unknown = toList((value as Route).to).filter((name) => !destinations.includes(name));
      if (unknown.length > 0) problems.push(nowhere(unknown, path, destinations));
      return [value as Route];
    }
    const rest = isObject(value) && 'drop' in value && value.drop !== false ? dropOnly(value) : undefined;
    const consequence = rest === undefined ? 'This route is ignored.' : 'It drops what its other conditions match.';
    problems.push(`${found.join('; ')}. ${consequence}`);
    return rest === undefined ? [] : [rest];
  });
  return { routes, problems };
}

function problemsOf(value: unknown, path: string): string[] {
  const found = violations({ $ref: '#/$defs/route' }, value, path, definitions);
  if (found.length > 0) return found;
  const { match, drop = false, sample, add, to } = value as Route;
  const others = Object.entries({ sample, add, to }).filter(([, action]) => action !== undefined);
  if (drop && others.length > 0) return [`${path}: drops, so "${others[0]?.[0]}" has no effect`];
  if (!drop && others.length === 0) return [`${path}: does nothing; expected drop, sample, add or to`];
  if (sample !== undefined && toList(match?.signal).includes('metrics')) {
    return [`${path}.sample: metrics cannot be sampled; expected match.signal to be logs, traces, or both`];
  }
  return [];
}

function dropOnly({ match }: Readonly<Record<string, unknown>>): Route {
  if (!isObject(match)) return { drop: true };
  const conditions = Object.entries(match).filter(
    ([key, condition]) => violations({ $ref: '#/$defs/match' }, { [key]: condition }, '', definitions).length === 0,
  );
  return { match: Object.fromEntries(conditions) as Match, drop: true };
}

function nowhere(unknown: readonly string[], path: string, known: readonly string[]): string {
  const names = unknown.map((name) => JSON.stringify(name)).join(', ');
  return `${path}.to: there is no destination ${names}; expected one of ${known.join(', ')}. This route sends nothing there.`;
}
