import { describe, expect, it } from 'vitest';
import { parseProfile, profile } from './profile.ts';

describe('a configuration', () => {
  it.each([
    ['shop:prod:flags', profile('shop', 'prod', 'flags')],
    ['/applications/shop/environments/prod/configurations/flags', profile('shop', 'prod', 'flags')],
    ['/applications/shop/environments/prod/configurations/flags?flag=a&flag=b', profile('shop', 'prod', 'flags')],
    ['/applications/a%20b/environments/c%2Fd/configurations/e%3Af/', profile('a b', 'c/d', 'e:f')],
  ])('is read from %s', (text, expected) => {
    expect(parseProfile(text)).toEqual(expected);
  });

  it('has a key of its own, whatever its names hold', () => {
    const key = (...names: Parameters<typeof profile>) => profile(...names).key;

    expect(key('a:b', 'c', 'd')).not.toBe(key('a', 'b:c', 'd'));
    expect(key('a:b', 'c', 'd')).not.toBe(key('a%3Ab', 'c', 'd'));
    expect(key('50%', 'c', 'd')).toBe('50%:c:d');
  });

  it.each([
    '',
    'shop',
    'shop:prod',
    'a:b:c:d',
    'a::c',
    '/applications/a',
    '/applications/a/environments/b/configurations/%',
  ])('is not read from %j', (text) => {
    expect(parseProfile(text)).toBeUndefined();
  });
});
