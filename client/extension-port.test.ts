import { afterEach, expect, it, vi } from 'vitest';
import { extensionPort } from './extension-port.ts';

afterEach(() => vi.unstubAllEnvs());

it.each([
  ['2780', 2780],
  [' 2780 ', 2780],
  ['', 2773],
  ['0', 2773],
  ['none', 2773],
])('takes %j for the port that the extension takes it for', (text, expected) => {
  vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', text);

  expect(extensionPort('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', 2773)).toBe(expected);
});
