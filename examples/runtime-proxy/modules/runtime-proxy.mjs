/**
 * Stands between the runtime and Lambda's Runtime API, and sees each event and each answer, as a firewall would. Here it logs their sizes
 * and the time between. It passes on every byte, header and trailer as it comes, and holds none back.
 * It is on the function's way: if it fails, the function fails.
 */
import http from 'node:http';
import { defineExtension, port } from 'lambda-node-extended/extension';

const settings = {
  port: port('RUNTIME_PROXY_PORT', 2792, 'The port on 127.0.0.1, which the file "wrapper" gives to the runtime.'),
};
// The requests of the runtime are answered whenever Lambda likes, also after a freeze of hours: there is no time-out anywhere.
const agent = new http.Agent({ keepAlive: true });
// As AWS's runtime client: an error and its stack may come as a header.
const maxHeaderSize = 80 * 1024;
const SERVER = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, maxHeaderSize };

export default defineExtension({
  name: 'runtime-proxy',
  settings,
  // Without "listens" and "startsWhen" the function's start waits for "init": the runtime finds the port open.
  async init({ settings: { port }, host: { clock, log } }) {
    const [host, lambdasPort] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
    const began = new Map();

    /** `/2018-06-01/runtime/invocation/next`, or `…/invocation/{id}/response`, or `…/error`. */
    function report({ url }, outgoing, incoming) {
      const [, id, what] = /invocation\/(.+)\/(response|error)$/.exec(url) ?? [];
      if (url.endsWith('/next')) {
        began.clear(); // a runtime that is asked for the next one has done with the others
        began.set(outgoing.headers['lambda-runtime-aws-request-id'], { atMs: clock.wallMs(), bytes: outgoing.bytes });
      } else if (began.has(id)) {
        const { atMs, bytes } = began.get(id);
        log.info(
          `Invocation ${id}: ${bytes} bytes in, ${incoming.bytes} bytes out as ${what}, ${clock.wallMs() - atMs} ms`,
        );
      }
    }

    const server = http.createServer(SERVER, (request, response) => {
      const { method, url: path, rawHeaders: headers } = request;
      const lambdas = http.request({ agent, host, port: lambdasPort, method, path, headers, maxHeaderSize });
      // Whichever end breaks off, the other learns it.
      const cut = () => {
        lambdas.destroy();
        response.destroy();
      };
      lambdas.on('error', cut);
      request.on('error', cut);
      response.on('error', cut);
      response.on('close', () => response.writableFinished || cut());
      pass(request, lambdas);
      lambdas.on('response', (answer) => {
        answer.on('error', cut);
        response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
        pass(answer, response);
        answer.on('end', () => report(request, answer, request));
      });
    });
    await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return {};
  },
});

/** As `pipe`, which leaves out the trailers: a streamed answer tells its errors by them. */
function pass(from, to) {
  from.bytes = 0;
  from.on('data', (chunk) => {
    from.bytes += chunk.length;
  });
  from.pipe(to, { end: false });
  from.on('end', () => {
    if (from.rawTrailers.length > 0) to.addTrailers(pairs(from.rawTrailers));
    to.end();
  });
}

function pairs(raw) {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1]]] : []));
}
