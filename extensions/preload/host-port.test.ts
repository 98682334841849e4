import { expect, it } from 'vitest';
import { appconfig } from '../appconfig/extension.ts';
import { secrets } from '../secrets/extension.ts';
import { telemetry } from '../telemetry/extension.ts';
import { hostPort, hostPorts } from './host-port.ts';

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

it('is in the separate layout that of each extension, as they declare them', () => {
  const declared = [secrets, appconfig, telemetry].flatMap(({ listens = {} }) => Object.values(listens));
  const moved = Object.fromEntries(declared.map(({ variable, fallback }) => [variable, String(fallback + 10_000)]));

  expect(hostPorts({})).toEqual({ ofAll: 2_774, ofEach: declared.map(({ fallback }) => fallback) });
  expect(hostPorts(moved).ofEach).toEqual(declared.map(({ fallback }) => fallback + 10_000));
});
