/** A name that nobody has: the name itself, or with underscores. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  while (isTaken(free)) free += '_';
  return free;
}
