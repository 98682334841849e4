import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from './loopback-host.ts';
import { authorityOf } from './request-target.ts';

/**
 * Why a request may come from a web page; undefined if it comes from a program. A page can reach loopback addresses, under a
 * name of its own (DNS rebinding) or under ours. In the second case the browser says so in a header. `names` are those of
 * the server besides loopback names. An address as `Host` is no name, so a page cannot make it ours.
 */
export function suspicionOf({ headers, socket, url = '' }: Caller, names: readonly string[] = []): string | undefined {
  if (headers.origin !== undefined) return 'a request with an Origin comes from a web page';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none') return 'a request with this Sec-Fetch-Site comes from a web page';
  // A request in absolute form names its server there, whatever its Host says.
  const host = authorityOf(url) ?? headers.host;
  if (isLoopbackHost(host)) return undefined;
  const name = host?.replace(PORT, '').toLowerCase() ?? '';
  return names.includes(name) || name === socket.localAddress ? undefined : 'Host must be a loopback name';
}

interface Caller extends Pick<IncomingMessage, 'headers' | 'url'> {
  readonly socket: Pick<IncomingMessage['socket'], 'localAddress'>;
}

const PORT = /:\d+$/;
