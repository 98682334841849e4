/** The least that an extension on Node can be: listens, registers, asks for its first event, answers every request with BODY. */
const http = require('node:http');

const { AWS_LAMBDA_RUNTIME_API, PORT, BODY = '' } = process.env;
const api = new URL(`http://${AWS_LAMBDA_RUNTIME_API}`);

http
  .createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(BODY) }).end(BODY);
  })
  .listen(Number(PORT), '127.0.0.1', register);

function register() {
  const headers = { 'Lambda-Extension-Name': 'node-http' };
  http
    .request({ ...where('/2020-01-01/extension/register'), method: 'POST', headers }, (response) => {
      const identifier = response.headers['lambda-extension-identifier'];
      response.resume().on('end', () => next(identifier));
    })
    .end('{"events":["INVOKE","SHUTDOWN"]}');
}

function next(identifier) {
  http.get({ ...where('/2020-01-01/extension/event/next'), headers: { 'Lambda-Extension-Identifier': identifier } });
}

function where(path) {
  return { host: api.hostname, port: api.port, path };
}
