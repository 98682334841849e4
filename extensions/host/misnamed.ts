/** A sentence for each key that is one slip away from a known name, e.g. `invok`. Others are the author's own. */
export function misnamed(value: object, known: readonly string[], what: string): string[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .flatMap((key) => {
      const meant = known.find((name) => isOneSlipAway(key, name));
      return meant === undefined ? [] : [`"${key}" is no ${what}: did you mean "${meant}"?`];
    });
}

/** One letter too many, too few, another, two swapped, or other capitals. */
function isOneSlipAway(a: string, b: string): boolean {
  if (a.toLowerCase() === b.toLowerCase()) return true;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1);
  const isSwapped =
    short[at] === long[at + 1] && short[at + 1] === long[at] && short.slice(at + 2) === long.slice(at + 2);
  return isSwapped || short.slice(at + 1) === long.slice(at + 1);
}
