import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routeMemory } from '../../foundation/route-memory.ts';
import { profile } from './profile.ts';
import { route } from './routes.ts';

const PATH = '/applications/shop/environments/prod/configurations/flags';
const whole = { kind: 'read', profile: profile('shop', 'prod', 'flags'), flags: [], waitMs: 0 };
const statusOf = (url: string, method = 'GET') => {
  const wish = route({ method, url });
  return wish.kind === 'refused' ? wish.answer.status : 200;
};

describe('a request', () => {
  it.each([
    ['', {}],
    ['/', {}],
    ['?flag=a', { flags: ['a'] }],
    ['?flag=a&flag=b%20c&flag=', { flags: ['a', 'b c'] }],
    ['?flag=a&more=1', { flags: ['a'] }],
    ['?wait=5', { waitMs: 5_000 }],
    ['?wait=200ms&flag=a', { waitMs: 200, flags: ['a'] }],
    ['?wait=10h', { waitMs: 900_000 }],
  ])('that ends in %j is understood', (end, expected) => {
    expect(route({ method: 'GET', url: PATH + end })).toMatchObject({ ...whole, ...expected });
  });

  it.each([`/${PATH}`, PATH.replaceAll('/', '//'), `http://localhost:2772${PATH}`, `/x/..${PATH}/.`])(
    'of %s is understood',
    (url) => {
      expect(route({ method: 'GET', url })).toMatchObject(whole);
    },
  );

  it.each([
    ['/', 404],
    ['/applications/a/environments/b', 404],
    [`${PATH}/more`, 404],
    ['/applications/%/environments/b/configurations/c', 404],
    [`${PATH}?wait=long`, 400],
    ['/ping', 200],
    ['/health', 200],
  ])('of %s gets %i at once', (url, status) => {
    expect(statusOf(url)).toBe(status);
  });

  it('is told from one for other flags', () => {
    const keys = ['', '?flag=a', '?flag=a&flag=b', '?flag=a%0Ab', '?flag=a,b', '?flag=b&flag=a'].map((end) => {
      const wish = route({ method: 'GET', url: PATH + end });
      return wish.kind === 'read' ? wish.flagsKey : undefined;
    });

    expect(new Set(keys).size).toBe(6);
  });

  it('by another method than GET gets 405', () => {
    expect(['POST', 'PUT', 'HEAD'].map((method) => statusOf(PATH, method))).toEqual([405, 405, 405]);
  });

  it('is understood or refused, whatever its URL, and the second time like the first', () => {
    const urls = fc.oneof(
      fc.webPath(),
      fc.string(),
      fc.webQueryParameters().map((query) => `${PATH}?${query}`),
    );

    fc.assert(
      fc.property(urls, (url) => {
        const routeOf = routeMemory(route);
        const read = route({ method: 'GET', url });

        expect(routeOf({ method: 'GET', url })).toEqual(read);
        expect(routeOf({ method: 'GET', url })).toEqual(read);
      }),
    );
  });
});
