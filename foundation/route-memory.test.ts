import { expect, it } from 'vitest';
import { routeMemory } from './route-memory.ts';

function setUp() {
  const routed: string[] = [];
  const routeOf = routeMemory(
    ({ method, url, accept }: { method: string; url: string; accept?: string }) => {
      routed.push(`${method} ${url}`);
      return { url, accept };
    },
    ({ accept }) => accept !== undefined,
  );
  return { routed, routeOf };
}

it('reads a URL once', () => {
  const { routed, routeOf } = setUp();

  const routes = [1, 2].map(() => routeOf({ method: 'GET', url: '/a' }));

  expect(routes[1]).toBe(routes[0]);
  expect(routed).toEqual(['GET /a']);
});

it.each([
  ['what is no GET', { method: 'POST', url: '/a' }],
  ['a request of which more than the URL counts', { method: 'GET', url: '/a', accept: 'text/plain' }],
  ['a URL so long that many of them would take much memory', { method: 'GET', url: `/${'a'.repeat(2_048)}` }],
])('reads %s each time', (_what, request) => {
  const { routed, routeOf } = setUp();

  const routes = [1, 2].map(() => routeOf(request));

  expect(routes).toEqual(
    [1, 2].map(() => ({ url: request.url, accept: 'accept' in request ? request.accept : undefined })),
  );
  expect(routed).toHaveLength(2);
});

it('forgets the oldest of a thousand', () => {
  const { routed, routeOf } = setUp();

  for (let index = 0; index <= 1_000; index++) routeOf({ method: 'GET', url: `/${index}` });
  routeOf({ method: 'GET', url: '/1' });
  routeOf({ method: 'GET', url: '/0' });

  expect(routed.slice(1_001)).toEqual(['GET /0']);
});
