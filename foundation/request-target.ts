/**
 * The path of a request and its query. The path is cleaned as Go's servers clean it, which callers of AWS's agents rely on: what
 * proxies send before it is left out, several slashes count as one, and dot segments are resolved. Nothing is decoded.
 * @param rawBelow a prefix, e.g. `/v1/`. What follows it stands as it was sent.
 */
export function readTarget(url: string, rawBelow?: string): [path: string, query: URLSearchParams] {
  const target = url.replace(ORIGIN, '');
  const at = target.indexOf('?');
  const path = at === -1 ? target : target.slice(0, at);
  const query = new URLSearchParams(at === -1 ? '' : target.slice(at + 1));
  return [UNCLEAN.test(path) ? cleaned(path, rawBelow) : path || '/', query];
}

/** The authority of a request in absolute form, e.g. `localhost:2773` of `GET http://localhost:2773/ping`. */
export function authorityOf(url: string): string | undefined {
  return ORIGIN.exec(url)?.[1];
}

function cleaned(path: string, rawBelow: string | undefined): string {
  const start = path.replace(/^\/+/, '/');
  if (rawBelow !== undefined && start.startsWith(rawBelow)) return start;
  const segments: string[] = [];
  for (const segment of start.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const end = /\/\.{0,2}$/.test(start) && segments.length > 0 ? '/' : '';
  return `/${segments.join('/')}${end}`;
}

/** RFC 9112, section 3.2.2 */
const ORIGIN = /^https?:\/\/([^/?]*)/i;
const UNCLEAN = /\/\/|\/\.{1,2}(\/|$)/;
