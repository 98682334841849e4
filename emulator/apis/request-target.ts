export interface RequestTarget {
  /** The host with its port, where the target names one. It counts in place of the header. */
  readonly host: string | undefined;
  /** Path and query as they were sent; the path begins with a slash. */
  readonly path: string;
}

/**
 * What a request asks for. A client that takes the server for a proxy sends a whole URL. `undefined` if the target names nothing
 * here, such as `*`. RFC 9112, section 3.2.
 */
export function readTarget(sent = ''): RequestTarget | undefined {
  if (sent.startsWith('/')) return { host: undefined, path: sent };
  const [, host, path = ''] = WHOLE_URL.exec(sent) ?? [];
  if (host === undefined) return undefined;
  return { host, path: path.startsWith('/') ? path : `/${path}` };
}

const WHOLE_URL = /^https?:\/\/(?:[^/?@]*@)?([^/?@]+)(.*)$/is;
