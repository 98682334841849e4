import { expect, it } from 'vitest';
import { proxyEnvironment, proxyProblems } from './proxy-environment.ts';

it.each(['http://proxy:3128', 'https://proxy', 'HTTP://user:p%40ss@proxy:3128/', 'http://[::1]:3128'])(
  'uses %s, by either name of the variable',
  (url) => {
    for (const variable of ['HTTPS_PROXY', 'https_proxy']) {
      expect(proxyEnvironment({ [variable]: url })).toMatchObject({ HTTPS_PROXY: url });
      expect(proxyProblems({ [variable]: url })).toEqual([]);
    }
  },
);

it.each([
  'socks5://user:hunter2@proxy:1080',
  'socks4://proxy',
  'ftp://proxy',
  'http://',
  'http:proxy:3128',
  'http://proxy:port',
  'http://user:hunter2@proxy:99999',
  'http://user:hunter 2@pro xy',
  ' ',
])('leaves out "%s", and says so without the value', (url) => {
  for (const variable of ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy']) {
    expect(Object.keys(proxyEnvironment({ [variable]: url }))).toEqual(['NO_PROXY']);
    expect(proxyProblems({ [variable]: url })).toEqual([
      `${variable} is not the URL of an HTTP proxy. Connecting without a proxy. Set it to http://host:port or https://host:port.`,
    ]);
  }
});

it.each(['proxy:3128', 'proxy', '10.0.0.1:3128', 'user:pass@proxy:3128'])(
  'takes "%s" for the address of a plain proxy',
  (url) => {
    expect(proxyEnvironment({ HTTPS_PROXY: url })).toMatchObject({ HTTPS_PROXY: `http://${url}` });
    expect(proxyProblems({ HTTPS_PROXY: url })).toEqual([]);
  },
);

it('takes an empty variable for none', () => {
  expect(proxyEnvironment({ HTTPS_PROXY: '' })).toEqual({ NO_PROXY: expect.any(String) });
  expect(proxyProblems({ HTTPS_PROXY: '', http_proxy: '' })).toEqual([]);
});

it('never sends this machine’s calls through a proxy', () => {
  expect(proxyEnvironment({ no_proxy: 'internal.example' }).NO_PROXY).toMatch(
    /^internal\.example,\.internal\.example,localhost,/,
  );
});
