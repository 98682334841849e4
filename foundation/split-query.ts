/** The path of a request as it stands, without the changes that `URL` makes to it, and its query. */
export function splitQuery(url: string): [string, URLSearchParams] {
  const at = url.indexOf('?');
  return at === -1 ? [url, new URLSearchParams()] : [url.slice(0, at), new URLSearchParams(url.slice(at + 1))];
}
