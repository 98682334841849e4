/**
 * In place of AWS's native addon, which its package compiles for minutes: the calls that the addon makes, by node:http. All that
 * decides is in AWS's index.mjs, which is unmodified.
 */
const { request } = require('node:http');
const Module = require('node:module');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
let posting = Promise.resolve();

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host, port, method, path: `/2018-06-01/runtime/invocation/${path}`, headers },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
      },
    );
    sent.on('error', reject).end(body);
  });
}

const utf8 = (value) => (value === undefined ? undefined : Buffer.from(value, 'latin1').toString());

function post(path, ...values) {
  if (!values.every((value) => typeof value === 'string')) throw new TypeError('Wrong arguments');
  posting = posting.then(() => call('POST', path, values[0], { 'content-type': 'application/json' }));
}

const client = {
  async next() {
    await posting;
    const { headers, body } = await call('GET', 'next');
    const named = Object.entries(headers).filter(([name]) => name.startsWith('lambda-runtime-'));
    return { bodyJson: body, headers: Object.fromEntries(named.map(([name, value]) => [name, utf8(value)])) };
  },
  done: (id, body) => post(`${id}/response`, body),
  error: (id, body, cause) => post(`${id}/error`, body, cause),
};

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (name, ...others) {
  return name === './rapid-client.node' ? __filename : resolveFilename.call(this, name, ...others);
};
module.exports = client;
