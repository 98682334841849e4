/** One configuration: names or ids, as whoever asks spells them. */
export interface Profile {
  readonly application: string;
  readonly environment: string;
  readonly name: string;
  /** `App:Env:Config`, by which logs, manifests and files call it. */
  readonly key: string;
}

export function profile(application: string, environment: string, name: string): Profile {
  return { application, environment, name, key: `${application}:${environment}:${name}` };
}

/** Reads `App:Env:Config`, or the path of a request. Undefined for any other text. */
export function parseProfile(text: string): Profile | undefined {
  const parts = text.startsWith('/') ? partsOfPath(text) : text.split(':');
  const [application, environment, name, ...more] = parts ?? [];
  return application && environment && name && more.length === 0 ? profile(application, environment, name) : undefined;
}

function partsOfPath(path: string): string[] | undefined {
  const [, ...segments] = PATH.exec(path) ?? [];
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

const PATH = /^\/applications\/([^/]+)\/environments\/([^/]+)\/configurations\/([^/]+)\/?$/;
