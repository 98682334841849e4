import type { IncomingHttpHeaders } from 'node:http';
import { expect, it } from 'vitest';
import { suspicionOf } from './web-page.ts';

const suspicion = (headers: IncomingHttpHeaders, names?: readonly string[]) =>
  suspicionOf({ headers, socket: { localAddress: '169.254.79.1' } }, names);

it.each([
  {},
  { host: 'localhost:2774' },
  { host: '127.0.0.1:2774' },
  { host: '[::1]:2774' },
  { host: '169.254.79.1:2775' },
  { host: 'localhost', 'sec-fetch-site': 'none' },
  { host: 'localhost', 'sec-fetch-mode': 'cors' },
])('takes a request with %j for one of a program', (headers) => {
  expect(suspicion(headers)).toBeUndefined();
});

it.each([
  { host: 'evil.example' },
  { host: 'localhost.evil.example:2774' },
  { host: '169.254.79.2:2775' },
  { host: 'localhost', origin: 'http://localhost:3000' },
  { host: 'localhost', origin: 'null' },
  { host: 'localhost', 'sec-fetch-site': 'same-site' },
  { host: 'localhost', 'sec-fetch-site': 'cross-site' },
])('takes a request with %j for one of a web page', (headers) => {
  expect(suspicion(headers)).toBeDefined();
});

it.each([
  ['http://localhost:2773/ping', 'anything', true],
  ['http://[::1]:2773/ping', 'localhost', true],
  ['http://evil.example/ping', 'localhost', false],
  ['http://localhost@evil.example/ping', 'localhost', false],
  ['http://169.254.169.254/latest', 'localhost', false],
])('takes the server that %s names, whatever the Host', (url, host, isProgram) => {
  expect(suspicionOf({ url, headers: { host }, socket: { localAddress: '127.0.0.1' } }) === undefined).toBe(isProgram);
});

it('takes further names of the server, in any case of letters', () => {
  const names = ['sandbox', 'sandbox.localdomain'];

  expect(suspicion({ host: 'Sandbox.LocalDomain:2775' }, names)).toBeUndefined();
  expect(suspicion({ host: 'sandbox.evil.example' }, names)).toBeDefined();
});
