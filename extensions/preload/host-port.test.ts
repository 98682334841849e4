import { expect, it } from 'vitest';
import { hostPort } from './host-port.ts';
import { tellHost } from './snapstart/tell-host.ts';

it.each([
  [undefined, 2_774],
  ['3000', 3_000],
  ['70000', 2_774],
  ['-1', 2_774],
  ['2774.5', 2_774],
  ['a', 2_774],
])('is for EXTENSIONS_HTTP_PORT=%s the one that the host serves: %i', (text, port) => {
  expect(hostPort({ EXTENSIONS_HTTP_PORT: text })).toBe(port);
});

it('lets a function be published whose port is none', async () => {
  const tell = tellHost(hostPort({ EXTENSIONS_HTTP_PORT: '70000' }));

  await expect(tell('/snapstart/ahead')).resolves.toBeUndefined();
});
