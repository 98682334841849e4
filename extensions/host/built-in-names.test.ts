import { describe, expect, it } from 'vitest';
import { BUILT_IN, checkProvider, whyNotNamed, whyNotSocket } from '../../lambda-api/extension-names.ts';
import { readCatalog } from './catalog.ts';

it('what is built in is what the catalog has', () => {
  expect([...readCatalog('/nowhere', () => {}).keys()]).toEqual([...BUILT_IN]);
});

describe('whyNotNamed', () => {
  it.each([
    ['secrets', 'the extension secrets is built in'],
    ['host', 'host is the name of a part'],
    ['lambda-node-extended', 'is the name of a part'],
    ['none', 'EXTENSIONS_ENABLED has another meaning for none'],
    ['auto', 'EXTENSIONS_ENABLED has another meaning for auto'],
    ['my audit', 'a name has letters, digits'],
    ['', 'a name has letters, digits'],
    ['-x', 'a name has letters, digits'],
    ['x'.repeat(129), 'up to 128'],
  ])('refuses "%s"', (name, why) => {
    expect(whyNotNamed(name)).toContain(why);
  });

  it.each(['audit', 'audit-2', 'audit_log.v2', 'A', 'secrets2'])('takes "%s"', (name) => {
    expect(whyNotNamed(name)).toBeUndefined();
  });
});

it.each([
  ['secrets', true],
  ['otlp', true],
  ['lambda-node-extended', true],
  ['audit', false],
])('the socket "%s" is taken: %s', (name, isTaken) => {
  expect(whyNotSocket(name) !== undefined).toBe(isTaken);
});

describe('checkProvider', () => {
  it.each([
    ['secrets', 'secrets'],
    ['audit', 'audit'],
    ['audit', 'audit/queue'],
  ])('lets %s provide under the name %s', (extension, name) => {
    expect(() => checkProvider(extension, name)).not.toThrow();
  });

  it.each(['secrets', 'host', 'client'])('refuses the name %s of ours', (name) => {
    expect(() => checkProvider('audit', name)).toThrow(
      `provide("${name}") takes a name of ours. Pass the extension's own, "audit"`,
    );
  });
});
