import type { IncomingMessage } from 'node:http';
import { LatestMap } from './latest-map.ts';

/**
 * Routes requests, each URL once: functions ask for the same few URLs again and again.
 * @param route reads a request. Of a GET it looks at nothing but the URL, unless `readsMore` says so.
 */
export function routeMemory<Request extends Pick<IncomingMessage, 'method' | 'url'>, Route>(
  route: (request: Request) => Route,
  readsMore: (request: Request) => boolean = () => false,
): (request: Request) => Route {
  const known = new LatestMap<string, Route>(MAX_ROUTES);
  return (request) => {
    const { method, url = '/' } = request;
    if (method !== 'GET' || readsMore(request)) return route(request);

    const remembered = known.get(url);
    if (remembered !== undefined) return remembered;

    const read = route(request);
    if (url.length <= LONGEST_URL) known.set(url, read);
    return read;
  };
}

const MAX_ROUTES = 1_000;
const LONGEST_URL = 2_048;
