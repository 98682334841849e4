import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTarget } from './request-target.ts';

describe('the target of a request', () => {
  it.each([
    ['/a?b', { host: undefined, path: '/a?b' }],
    ['//a//b', { host: undefined, path: '//a//b' }],
    ['/http://x/y', { host: undefined, path: '/http://x/y' }],
    ['http://localhost:3000/a%2Fb?c=http://d', { host: 'localhost:3000', path: '/a%2Fb?c=http://d' }],
    ['HTTP://[::1]:80', { host: '[::1]:80', path: '/' }],
    ['https://localhost?q=1', { host: 'localhost', path: '/?q=1' }],
    ['http://localhost@evil.example/a', { host: 'evil.example', path: '/a' }],
    ['http://host//a', { host: 'host', path: '//a' }],
    ['*', undefined],
    ['localhost:3000', undefined],
    ['http:///a', undefined],
    ['ftp://host/a', undefined],
    ['', undefined],
  ])('%s is read', (sent, target) => {
    expect(readTarget(sent)).toEqual(target);
  });

  it('is the same whether the client sends a URL or its path', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const sent = `/${text}`;

        expect(readTarget(`http://localhost:1${sent}`)).toEqual({ host: 'localhost:1', path: readTarget(sent)?.path });
      }),
    );
  });
});
