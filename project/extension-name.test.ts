import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whyNotName } from './extension-name.ts';

describe('the name of a project', () => {
  it.each(['my-extension', 'a', 'audit2', 'a1-b2', 'a'.repeat(64)])('may be %s', (name) => {
    expect(whyNotName('extension', name)).toBeUndefined();
    expect(whyNotName('function', name)).toBeUndefined();
  });

  it.each([
    '',
    '.',
    '..',
    '-a',
    'a-',
    'a--b',
    '1a',
    'A',
    'my_extension',
    'my extension',
    '@scope/a',
    'a/b',
    '../a',
    'a.b',
    'é',
    'a\n',
    'a'.repeat(65),
  ])('may not be %j', (name) => {
    expect(whyNotName('extension', name)).toContain('lower-case letters');
    expect(whyNotName('function', name)).toContain('lower-case letters');
  });

  it.each(['secrets', 'telemetry', 'none', 'auto', 'lambda-node-extended'])('may be %s for a function only', (name) => {
    expect(whyNotName('extension', name)).toMatch(/^"[a-z-]+" cannot be the name of an extension: .*\.$/);
    expect(whyNotName('function', name)).toBeUndefined();
  });

  it('is one word of a shell, a path and a URL, whatever is asked for', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'Z', '7', '-', '.', '/', ' ', '$', '\n', '\0', 'ß') }),
        (name) => {
          if (whyNotName('extension', name) === undefined) expect(encodeURIComponent(name)).toMatch(/^[a-z0-9-]+$/);
        },
      ),
    );
  });
});
