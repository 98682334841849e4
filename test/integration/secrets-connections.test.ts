import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aloneOptFolder } from '../support/lambda/host-process.ts';
import { SECRET_PATH, startSecrets } from '../support/lambda/secrets-extension.ts';
import { freePort } from '../support/servers/free-port.ts';
import { startHttpServer } from '../support/servers/http-server.ts';
import { makePrivateCa } from '../support/servers/private-ca.ts';

const NO_NETWORK = /NAT gateway|VPC endpoint/;

/** A proxy that answers every CONNECT and every request with a status. */
function startRefusingProxy(status: number) {
  const server = createServer().on('connect', (_request, client) => {
    client.on('error', () => undefined).end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
  });
  return startHttpServer((_request, response) => void response.writeHead(status).end(), server);
}

describe('the hint of a failed read fits its cause', () => {
  it.each([
    ['a certificate of an unknown authority', 'localhost', false, /unknown: name its file in NODE_EXTRA_CA_CERTS/],
    ['a certificate of another host', 'other.example', true, /another host than localhost answers/],
  ])('%s', async (_what, hostname, isKnown, hint) => {
    using ca = makePrivateCa(hostname);
    await using lambda = await startSecrets({
      aws: { tls: ca },
      environment: isKnown ? { NODE_EXTRA_CA_CERTS: ca.caFile } : {},
    });

    const answer = await lambda.read(SECRET_PATH);

    expect(answer.status).toBe(502);
    expect(answer.body).toMatch(hint);
    expect(answer.body + lambda.host.output).not.toMatch(NO_NETWORK);
  });

  it.each([
    ['a proxy that wants a password', 407, 'https', /the proxy wants a user and a password/],
    ['a proxy that wants a password for plain HTTP', 407, 'http', /the proxy wants a user and a password/],
    ['a proxy that refuses', 403, 'https', /the proxy makes no connection to this host/],
  ])('%s', async (_what, status, protocol, hint) => {
    await using proxy = await startRefusingProxy(status);
    const address = `http://user:hunter2@127.0.0.1:${proxy.port}`;
    await using lambda = await startSecrets({
      environment: {
        AWS_ENDPOINT_URL: `${protocol}://aws.example`,
        HTTPS_PROXY: address,
        HTTP_PROXY: address,
        AWS_MAX_ATTEMPTS: '1',
      },
    });

    const answer = await lambda.read(SECRET_PATH);

    expect(answer.status).toBe(502);
    expect(answer.body).toMatch(hint);
    expect(answer.body + lambda.host.output).not.toMatch(NO_NETWORK);
    expect(answer.body + lambda.host.output).not.toContain('hunter2');
  });

  it('a proxy that nobody runs', async () => {
    const port = await freePort();
    await using lambda = await startSecrets({
      environment: { AWS_ENDPOINT_URL: 'https://aws.example', HTTPS_PROXY: `http://127.0.0.1:${port}` },
    });

    const answer = await lambda.read(SECRET_PATH);

    expect(answer.body).toContain(`nobody listens on port ${port}, check the endpoint and the proxy`);
    expect(answer.body + lambda.host.output).not.toMatch(NO_NETWORK);
  });
});

it.each(['socks5://user:hunter2@127.0.0.1:1080', 'http://user:hunter2@:port'])(
  'says once that %s is no proxy it can use, and connects without one',
  async (address) => {
    await using lambda = await startSecrets({ environment: { HTTPS_PROXY: address, HTTP_PROXY: address } });

    const answers = [await lambda.read(SECRET_PATH), await lambda.read(`${SECRET_PATH}&refreshNow=true`)];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(lambda.host.output.match(/HTTPS_PROXY is not the URL of an HTTP proxy\. Connecting without/g)).toHaveLength(
      1,
    );
    expect(lambda.host.output).not.toContain('hunter2');
  },
);

describe('an endless answer', () => {
  it('of AWS is a 502, and costs a bound of memory', async () => {
    await using lambda = await startSecrets({
      // Without the supervisor, the process is the host.
      launcher: join(aloneOptFolder, 'extensions/lambda-node-extended'),
      answer: (_call, response) => {
        const piece = Buffer.alloc(1024 * 1024, ' ');
        const write = () => {
          while (response.write(piece));
        };
        response.on('drain', write);
        write();
      },
    });

    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((id) => lambda.read(`/secretsmanager/get?secretId=${id}`)),
    );

    expect(answers.map(({ status, headers }) => [status, headers.get('x-extension-error')])).toEqual(
      answers.map(() => [502, 'UnreadableAnswer']),
    );
    expect(answers[0]?.body).toMatch(/it is longer than \d+ bytes$/);
    expect(answers[0]?.body).not.toContain('Deserialization');
    expect(peakMegabytes(lambda.host.process.pid)).toBeLessThan(250);
  });

  it('of the container credentials endpoint is a 502', async () => {
    await using endpoint = await startHttpServer((_request, response) => {
      const write = () => {
        while (response.write(Buffer.alloc(1024 * 1024, ' ')));
      };
      response.on('drain', write);
      write();
    });
    await using lambda = await startSecrets({
      environment: {
        AWS_ACCESS_KEY_ID: '',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${endpoint.port}/credentials`,
      },
    });

    const answer = await lambda.read(SECRET_PATH);

    expect([answer.status, answer.body]).toEqual([502, expect.stringMatching(/the answer is longer than \d+ bytes/)]);
  });
});

function peakMegabytes(pid = 0): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}
