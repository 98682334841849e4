import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem, list, oneOf, port, readSettings, text, truth, wholeNumber } from './settings.ts';

const settings = {
  ttl: wholeNumber('TTL', 300, 'Age.', { from: 0, to: 1_000 }),
  port: port('PORT', 2773, 'Port.'),
  isOn: truth('ON', true, 'On.'),
  level: oneOf('LEVEL', ['info', 'warn'], 'info', 'Level.'),
  names: list('NAMES', ['auto'], 'Names.'),
  file: text('FILE', undefined, 'File.'),
};

describe('readSettings', () => {
  it('takes every fallback from an empty environment and reports no problem', () => {
    const read = readSettings(settings, {});

    expect(read).toEqual({
      values: { ttl: 300, port: 2773, isOn: true, level: 'info', names: ['auto'], file: undefined },
      problems: [],
    });
  });

  it('reads each kind from its text', () => {
    const environment = { TTL: '0', PORT: ' 8080 ', ON: 'FALSE', LEVEL: 'WARN', NAMES: 'a, b,,c', FILE: '/x' };

    const { values, problems } = readSettings(settings, environment);

    expect(values).toEqual({ ttl: 0, port: 8080, isOn: false, level: 'warn', names: ['a', 'b', 'c'], file: '/x' });
    expect(problems).toEqual([]);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readSettings(settings, { TTL: '', PORT: ' ' })).toEqual(readSettings(settings, {}));
  });

  it.each([
    ['TTL', '5m', 'TTL is "5m": expected a whole number from 0 to 1000. Using 300.'],
    ['TTL', '1001', 'TTL is "1001": expected a whole number from 0 to 1000. Using 1000.'],
    ['TTL', '-1', 'TTL is "-1": expected a whole number from 0 to 1000. Using 0.'],
    ['TTL', '1e2', 'TTL is "1e2": expected a whole number from 0 to 1000. Using 300.'],
    ['PORT', '70000', 'PORT is "70000": expected a whole number from 1 to 65535. Using 2773.'],
    ['ON', 'yes', 'ON is "yes": expected true or false. Using true.'],
    ['LEVEL', 'loud', 'LEVEL is "loud": expected one of info, warn. Using info.'],
  ])('says of %s=%s what is expected and what is used', (variable, value, problem) => {
    expect(readSettings(settings, { [variable]: value }).problems.map(describeProblem)).toEqual([problem]);
  });

  it('gives each problem as the variable, its value and what is expected', () => {
    const message = 'expected true or false. Using true.';

    expect(readSettings(settings, { ON: 'yes' }).problems).toEqual([{ variable: 'ON', value: 'yes', message }]);
  });

  it('shows no value of a sensitive setting', () => {
    const pin = { ...wholeNumber('PIN', 0, 'Opens the door.', { from: 0, to: 9_999 }), isSensitive: true };

    const { problems } = readSettings({ pin }, { PIN: '12345' });

    expect(problems.map(describeProblem)).toEqual([
      'PIN: expected a whole number from 0 to 9999. Its value is not shown.',
    ]);
  });

  it('reports all problems together', () => {
    expect(readSettings(settings, { TTL: 'x', PORT: 'x', ON: 'x' }).problems).toHaveLength(3);
  });

  it('keeps a number within its range whatever the text is', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const { ttl } = readSettings(settings, { TTL: value }).values;
        expect(Number.isInteger(ttl) && ttl >= 0 && ttl <= 1_000).toBe(true);
      }),
    );
  });
});
