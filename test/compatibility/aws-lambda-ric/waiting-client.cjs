/** As rapid-client.cjs, but as AWS's addon it waits until a result is posted. The client 3 ends its process right after. */
const { execFileSync } = require('node:child_process');
const client = require('./rapid-client.cjs');

function post(path, body) {
  if (typeof body !== 'string') throw new TypeError('Wrong arguments');
  const url = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/${path}`;
  const args = ['-sS', '-o', '/dev/null', '-H', 'content-type: application/json', '--data-binary', '@-', url];
  execFileSync('curl', args, { input: body });
}

client.done = (id, body) => post(`${id}/response`, body);
client.error = (id, body) => post(`${id}/error`, body);
