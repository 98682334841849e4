/** A cache on localhost for all processes of the environment: `PUT` and `GET http://localhost:2791/any/key`. What was used least recently goes first. */
import { bodyReader, defineExtension, port, wholeNumber } from 'lambda-node-extended/extension';

const settings = {
  port: port('CACHE_PORT', 2791, 'The port on localhost.'),
  bytes: wholeNumber('CACHE_BYTES', undefined, 'How much memory keys and values may take, in bytes.', {
    from: 1,
    to: 2 ** 30,
  }),
  ttlSeconds: wholeNumber('CACHE_TTL_SECONDS', 60, 'How long a value is served, in seconds.', { from: 1, to: 86_400 }),
};

export default defineExtension({
  name: 'memory-cache',
  settings,
  enabledWhen: [settings.bytes],
  listens: { cache: settings.port },
  async init({ settings: { port, bytes: most, ttlSeconds }, host }) {
    const values = new Map(); // the least recently used one first
    let bytes = 0;
    let hits = 0;
    const readBody = bodyReader({ bodyBytes: most, inFlightBytes: most });

    function remove(key) {
      const found = values.get(key);
      if (found !== undefined) bytes -= sizeOf(key, found.value);
      values.delete(key);
    }

    function get(key) {
      const found = values.get(key);
      const ageMs = found && host.clock.wallMs() - found.atMs;
      if (found === undefined || ageMs < 0 || ageMs > ttlSeconds * 1_000) {
        remove(key);
        return undefined;
      }
      values.delete(key);
      values.set(key, found);
      return found.value;
    }

    function put(key, value) {
      remove(key);
      values.set(key, { value, atMs: host.clock.wallMs() });
      bytes += sizeOf(key, value);
      for (const oldest of values.keys()) {
        if (bytes <= most) return;
        remove(oldest);
      }
    }

    await host.http.serve({
      name: 'cache',
      port,
      async handle(request, response) {
        if (request.method === 'PUT') {
          return readBody(request, (body) => {
            if (!Buffer.isBuffer(body)) return response.writeHead(body.problem === 'too-long' ? 413 : 503).end();
            put(request.url, body);
            response.writeHead(204).end();
          });
        }
        const value = get(request.url);
        if (value === undefined) return response.writeHead(404).end();
        hits++;
        response.end(value);
      },
    });
    host.metrics.provide('memory-cache', () => ({ totals: { hits, bytes } }));
    return {
      restore() {
        values.clear();
        bytes = 0;
      },
    };
  },
});

function sizeOf(key, value) {
  return key.length + value.length;
}
