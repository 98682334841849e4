#!/var/lang/bin/node
/** The least that reads for others can be on a second Node.js: listens, registers, and passes each request on to AWS, unsigned. */
const http = require('node:http');

const { AWS_LAMBDA_RUNTIME_API, AWS_ENDPOINT_URL, PORT = 2773 } = process.env;
const api = new URL(`http://${AWS_LAMBDA_RUNTIME_API}`);
const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' };

http
  .createServer((request, response) => {
    const SecretId = new URL(request.url, 'http://localhost').searchParams.get('secretId');
    http
      .request(AWS_ENDPOINT_URL, { method: 'POST', headers }, (answer) => answer.pipe(response))
      .end(JSON.stringify({ SecretId }));
  })
  .listen(Number(PORT), '127.0.0.1', register);

function register() {
  const headers = { 'Lambda-Extension-Name': 'reading-host' };
  http
    .request({ ...where('/2020-01-01/extension/register'), method: 'POST', headers }, (response) => {
      const identifier = response.headers['lambda-extension-identifier'];
      response.resume().on('end', () => next(identifier));
    })
    .end('{"events":["INVOKE","SHUTDOWN"]}');
}

function next(identifier) {
  const headers = { 'Lambda-Extension-Identifier': identifier };
  http.get({ ...where('/2020-01-01/extension/event/next'), headers }, (response) => {
    response.resume().on('end', () => next(identifier));
  });
}

function where(path) {
  return { host: api.hostname, port: api.port, path };
}
