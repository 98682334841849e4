import { type Route, type RoutedRequest, route } from './routes.ts';

/** Functions ask for the same few URLs again and again: one that was read before is not read again. */
export class RouteMemory {
  readonly #routes = new Map<string, Route>();

  of(request: RoutedRequest): Route {
    const { method, url = '/' } = request;
    if (method !== 'GET') return route(request);

    const known = this.#routes.get(url);
    if (known !== undefined) return known;

    const read = route(request);
    if (url.length > LONGEST_URL) return read;
    if (this.#routes.size >= MAX_ROUTES) this.#routes.clear();
    this.#routes.set(url, read);
    return read;
  }
}

const MAX_ROUTES = 1_000;
const LONGEST_URL = 2_048;
