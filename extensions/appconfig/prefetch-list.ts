import type { Log } from '../sdk/index.ts';
import { type Profile, parseProfile } from './profile.ts';

/** The configurations of a list. An entry that names none is logged and left out. */
export function prefetchList(texts: readonly string[], log: Log): Profile[] {
  return texts.flatMap((text) => {
    const profile = parseProfile(text);
    if (profile === undefined)
      log.error(`Cannot prefetch ${JSON.stringify(text)}. Expected App:Env:Config, or a path. Ignoring it.`);
    return profile === undefined ? [] : [profile];
  });
}
