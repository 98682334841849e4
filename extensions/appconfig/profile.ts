import { readTarget } from '../../foundation/request-target.ts';

/** One configuration: names or ids, as the caller spells them. */
export interface Profile {
  readonly application: string;
  readonly environment: string;
  readonly name: string;
  /** `App:Env:Config`, by which logs, manifests and files call it. A colon within a name is `%3A`, so that no two share a key. */
  readonly key: string;
}

export function profile(application: string, environment: string, name: string): Profile {
  const key = [application, environment, name].map((part) => part.replace(COLON, encodeURIComponent)).join(':');
  return { application, environment, name, key };
}

/** Reads `App:Env:Config`, or the path of a request, whose query does not count. Undefined for any other text. */
export function parseProfile(text: string): Profile | undefined {
  const parts = text.startsWith('/') ? partsOfPath(text) : text.split(':');
  const [application, environment, name, ...more] = parts ?? [];
  return application && environment && name && more.length === 0 ? profile(application, environment, name) : undefined;
}

function partsOfPath(path: string): string[] | undefined {
  const [, ...segments] = PATH.exec(readTarget(path)[0]) ?? [];
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** And what would be read as one that is encoded. */
const COLON = /:|%(?=3a|25)/gi;
const PATH = /^\/applications\/([^/]+)\/environments\/([^/]+)\/configurations\/([^/]+)\/?$/;
