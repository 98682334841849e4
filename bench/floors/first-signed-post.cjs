/** Prints how much memory Node.js itself takes for the first signed request: its client and its hashes. */
const { readFileSync } = require('node:fs');
const http = require('node:http');

const anonymousMb = () =>
  (Number(/^Anonymous: +(\d+) kB/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))[1]) * 1024) / 1e6;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const server = http.createServer((request, response) => request.resume().on('end', () => response.end('{}')));
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  // What a server needs is there before.
  await new Promise((resolve) => {
    const caller = require('node:net').connect(port, '127.0.0.1', () => caller.end('GET / HTTP/1.0\r\n\r\n'));
    caller.resume().on('close', resolve);
  });
  await pause(100);
  const beforeMb = anonymousMb();

  const { createHash, createHmac } = require('node:crypto');
  const hash = createHash('sha256').update('body').digest('hex');
  const authorization = createHmac('sha256', 'key').update(hash).digest('hex');
  const options = { port, host: '127.0.0.1', method: 'POST', agent: new http.Agent({ keepAlive: true }) };
  for (let count = 0; count < 5; count++)
    await new Promise((resolve) => {
      const request = http.request({ ...options, headers: { authorization } }, (response) => {
        response.resume().on('end', resolve);
      });
      request.end('x'.repeat(2_000));
    });
  await pause(100);
  console.log(anonymousMb() - beforeMb);
  process.exit();
});
