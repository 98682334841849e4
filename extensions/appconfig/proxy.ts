import type { AwsProxy, Log } from '../sdk/index.ts';

/** The proxy that the two variables describe; undefined when there is none, or none that can be used. */
export function proxyOf(url: string | undefined, headerLines: readonly string[], log: Log): AwsProxy | undefined {
  if (url === undefined) return undefined;
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol !== 'http:' && protocol !== 'https:') {
    // It may hold a password.
    log.warn('AWS_APPCONFIG_EXTENSION_PROXY_URL is not an http or https URL. Using no proxy.');
    return undefined;
  }
  const headers = headerLines.map((line) => /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(line));
  if (headers.includes(null))
    log.warn('AWS_APPCONFIG_EXTENSION_PROXY_HEADERS has entries that are not "name: value". Leaving them out.');
  return { url, headers: Object.fromEntries(headers.flatMap((found) => (found ? [[found[1], found[2]]] : []))) };
}
