import { secretTexts } from '../../aws-call/secret-texts.ts';

/**
 * The texts in the values that were served. It is asked with each delivery of telemetry, so bodies that were read before are
 * not parsed again.
 */
export function servedTexts(): (bodies: Iterable<string>) => Set<string> {
  let known = new Map<string, ReadonlySet<string>>();
  return (bodies) => {
    const read = new Map<string, ReadonlySet<string>>();
    for (const body of bodies) read.set(body, known.get(body) ?? secretTexts(body));
    known = read;
    return new Set([...read.values()].flatMap((texts) => [...texts]));
  };
}
