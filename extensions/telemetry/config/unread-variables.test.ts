import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../foundation/settings.ts';
import { destinationTypes } from '../exporters/catalog.ts';
import type { DestinationType } from '../exporters/exporter.ts';
import type { ReadSettings } from './configured-destination.ts';
import { unreadVariables } from './unread-variables.ts';

const types = await Promise.all([...destinationTypes.values()].map((load) => load()));
const inEnvironment =
  (environment: Record<string, string>): ReadSettings =>
  (declarations) =>
    readSettings(declarations, environment).values;
const rows = types.flatMap((type) => (type.unread ?? []).map((one) => [one.variable, one, type] as const));

describe('a variable of a vendor that is not read', () => {
  it.each(rows)('%s is said once, with what to do, and without its value', (variable, { instead }, type) => {
    const [line = '', ...more] = unreadVariables([type, type], inEnvironment({ [variable]: 'hunter2' }));

    expect(more).toEqual([]);
    expect(line).toBe(`${variable} has no effect here: ${instead.replaceAll('`', '')}.`);
  });

  it.each(rows.filter(([, { harmless }]) => harmless !== undefined))(
    '%s is not worth a line if nothing is missed',
    (variable, { harmless = [] }, type) => {
      for (const value of harmless)
        expect(unreadVariables([type], inEnvironment({ [variable]: value.toUpperCase() }))).toEqual([]);
    },
  );

  it.each(types.map((type): [string, DestinationType] => [type.name, type]))(
    'is none that %s reads, so the table of its page is true',
    (_name, { settings, readElsewhere = [], unread = [] }) => {
      const read = new Set([...Object.values(settings).map(({ variable }) => variable), ...readElsewhere]);

      expect(unread.filter(({ variable }) => read.has(variable))).toEqual([]);
      expect(new Set(unread.map(({ variable }) => variable)).size).toBe(unread.length);
    },
  );
});
