import { describe, expect, it } from 'vitest';
import { defineExtension, port, text, truth } from '../sdk/index.ts';
import { manifestOf } from './manifest.ts';

const settings = {
  port: port('OWN_PORT', 9_999, ''),
  isServed: truth('OWN_SERVED', true, ''),
  list: text('OWN_PREFETCH', undefined, ''),
  destination: text('OWN_DESTINATION', undefined, ''),
};
const init = () => ({});

function factsOf(declared: object): string[] {
  return manifestOf([defineExtension({ name: 'own', settings, init, ...declared })])
    .split('\n')
    .slice(4, -1)
    .filter((line) => !line.startsWith('settings '));
}

describe('manifestOf', () => {
  it('begins with the ports that belong to no extension', () => {
    expect(manifestOf([]).split('\n').slice(1, -1)).toEqual([
      'telemetry-port EXTENSIONS_TELEMETRY_PORT 2775',
      'redaction-port EXTENSIONS_REDACTION_PORT 2776',
      'host-port EXTENSIONS_HTTP_PORT 2774',
    ]);
  });

  it('names sockets with their variables, and the variables that enable and start the extension', () => {
    const facts = factsOf({
      listens: { own: settings.port },
      listensWhen: settings.isServed,
      enabledWhen: [settings.destination],
      startsWhen: [settings.list, settings.destination],
      subscribesTo: ['platform', 'function'],
    });

    expect(facts).toEqual([
      'extension own',
      'listens own OWN_PORT 9999',
      'listens-when OWN_SERVED',
      'enabled OWN_DESTINATION',
      'starts OWN_PREFETCH OWN_DESTINATION',
      'telemetry platform function',
    ]);
  });

  it('names UDP ports, and what opens them', () => {
    const receivesWhen = { setting: settings.isServed, word: 'vendor', in: [settings.list, settings.destination] };

    const facts = factsOf({ startsWhen: 'always', receives: { own: settings.port }, receivesWhen });

    expect(facts).toEqual([
      'extension own',
      'receives own OWN_PORT 9999',
      'receives-when OWN_SERVED vendor OWN_PREFETCH OWN_DESTINATION',
      'starts',
    ]);
  });

  it('names the variables that say which telemetry is wanted, and how soon', () => {
    const facts = factsOf({
      startsWhen: 'always',
      subscribesTo: ['platform'],
      subscribesToSetting: settings.list,
      telemetryDelay: { setting: settings.destination, byWord: { periodic: 1_000 }, otherwise: 25 },
    });

    expect(facts.slice(2)).toEqual([
      'telemetry platform',
      'telemetry-types OWN_PREFETCH',
      'telemetry-delay OWN_DESTINATION 25 periodic=1000',
    ]);
  });

  it('names the variables of all settings', () => {
    const manifest = manifestOf([defineExtension({ name: 'own', settings, init })]);

    expect(manifest).toContain('\nsettings OWN_PORT OWN_SERVED OWN_PREFETCH OWN_DESTINATION\n');
  });

  it('says that an extension redacts', () => {
    expect(factsOf({ startsWhen: [], redacts: true })).toEqual(['extension own', 'redacts']);
  });

  it('says when an extension is always to be started', () => {
    expect(factsOf({ startsWhen: 'always' })).toEqual(['extension own', 'starts']);
  });

  it('lets the function wait for an extension that declares neither ports nor when to start it', () => {
    expect(factsOf({ subscribesTo: ['platform'] })).toEqual(['extension own', 'undeclared', 'telemetry platform']);
  });

  it('starts an extension on demand whose start no setting asks for', () => {
    expect(factsOf({ startsWhen: [] })).toEqual(['extension own']);
  });

  it.each([
    ['a socket', { listens: { 'my port': settings.port } }, 'own has "my port" in "listens".'],
    ['a socket, in systemd’s list,', { listens: { 'my:port': settings.port } }, 'own has "my:port" in "listens".'],
    ['a socket without a name', { listens: { '': settings.port } }, 'own has "" in "listens".'],
    [
      'a word of a delay',
      { telemetryDelay: { setting: settings.list, byWord: { 'at end': 1 }, otherwise: 25 } },
      'own has "at end" in "telemetryDelay".',
    ],
  ])('refuses the name of %s that the supervisor would read as something else', (_what, declared, message) => {
    expect(() => factsOf(declared)).toThrow(message);
  });
});
