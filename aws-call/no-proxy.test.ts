import { expect, it } from 'vitest';
import { manualClock } from '../test/support/builders/manual-clock.ts';
import { startHttpServer } from '../test/support/servers/http-server.ts';
import { noProxy } from './no-proxy.ts';
import { proxyEnvironment } from './proxy-environment.ts';
import { openSender } from './send.ts';

it.each([
  ['10.0.0.0/8', ['10.0.0.0-10.255.255.255']],
  ['172.16.5.4/12', ['172.16.0.0-172.31.255.255']],
  ['192.0.2.7/32', ['192.0.2.7-192.0.2.7']],
  ['0.0.0.0/0', ['0.0.0.0-255.255.255.255']],
  ['192.0.2.7', ['192.0.2.7']],
  ['.vendor.test,*.other.test', ['.vendor.test', '*.other.test']],
  ['vendor.test other:8443', ['vendor.test', '.vendor.test', 'other:8443']],
  ['*', ['*']],
  [' , ', []],
])('reads %j', (text, entries) => {
  expect(noProxy(text)).toEqual(entries);
});

/** Whether a request to the host goes through the proxy. The proxy answers, the host itself does not exist. */
async function isProxied(host: string, NO_PROXY: string): Promise<boolean> {
  await using proxy = await startHttpServer((_request, response) => void response.end());
  const sender = openSender({
    wallMs: manualClock().wallMs,
    proxyEnvironment: proxyEnvironment({ HTTP_PROXY: `127.0.0.1:${proxy.port}`, NO_PROXY }),
    longestMs: 60_000,
  });
  const bound = AbortSignal.timeout(60_000);
  const request = { method: 'POST', url: `http://${host}/`, headers: {}, body: Buffer.from('') };
  await sender.send(request, bound).catch(() => undefined);
  sender.close();
  return proxy.sockets.length > 0;
}

it.each([
  ['x.vendor.invalid', 'vendor.invalid', false],
  ['vendor.invalid', 'vendor.invalid', false],
  ['notvendor.invalid', 'vendor.invalid', true],
  ['x.vendor.invalid', '.vendor.invalid', false],
  ['127.1.2.3:1', '127.1.0.0/16', false],
  ['x.vendor.invalid', 'other.invalid', true],
])('a request to %s with NO_PROXY=%s takes a proxy without a scheme: %s', async (host, exceptions, expected) => {
  expect(await isProxied(host, exceptions)).toBe(expected);
});
