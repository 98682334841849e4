import fc from 'fast-check';
import { expect, it } from 'vitest';
import { authorityOf, readTarget } from './request-target.ts';

it.each([
  ['/a/b', '/a/b', ''],
  ['/a/', '/a/', ''],
  ['/a?', '/a', ''],
  ['/a?b=c%20d&e', '/a', 'b=c+d&e='],
  ['/a?b=c?d', '/a', 'b=c%3Fd'],
  ['/a?b=http://x//y/../z', '/a', 'b=http%3A%2F%2Fx%2F%2Fy%2F..%2Fz'],
  ['//a', '/a', ''],
  ['///a//b///', '/a/b/', ''],
  ['/a/./b/../c', '/a/c', ''],
  ['/a/..', '/', ''],
  ['/../..//a', '/a', ''],
  ['/a/b/.', '/a/b/', ''],
  ['/.a/..b/...', '/.a/..b/...', ''],
  ['/a%2F%2Fb/%2e%2e', '/a%2F%2Fb/%2e%2e', ''],
  ['http://localhost:2773/a?b=c', '/a', 'b=c'],
  ['HTTP://LOCALHOST:2773//a', '/a', ''],
  ['https://[::1]:2773/a', '/a', ''],
  ['http://localhost:2773', '/', ''],
  ['http://localhost?b=c', '/', 'b=c'],
  ['*', '*', ''],
  ['', '/', ''],
])('reads %s', (url, path, query) => {
  const [foundPath, foundQuery] = readTarget(url);

  expect([foundPath, foundQuery.toString()]).toEqual([path, query]);
});

it('leaves what follows a raw prefix as it was sent', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z./%]{0,20}$/),
      fc.constantFrom('', '/', '//', 'http://localhost/'),
      (id, extra) => {
        expect(readTarget(`${extra}/v1/${id}`, '/v1/')[0]).toBe(`/v1/${id}`);
      },
    ),
  );
});

it('gives a path that is clean already as it is, and a clean path for any other', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^(\/[a-z.]{0,3}){1,8}$/), (url) => {
      const [path] = readTarget(url);

      expect(path).not.toMatch(/\/\/|\/\.{1,2}(\/|$)/);
      expect(path).toMatch(/^\//);
      expect(readTarget(path)[0]).toBe(path);
    }),
  );
});

it.each([
  ['/a', undefined],
  ['/http://evil', undefined],
  ['http://localhost:2773/a', 'localhost:2773'],
  ['https://me@evil.example?x', 'me@evil.example'],
])('names the authority of %s: %s', (url, authority) => {
  expect(authorityOf(url)).toBe(authority);
});
