import { describe, expect, it } from 'vitest';
import { describeProblem, readSettings } from '../../foundation/settings.ts';
import { durationMs } from './durations.ts';
import { settings } from './settings.ts';

describe('a duration', () => {
  it.each([
    ['45', 45_000],
    ['45s', 45_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['300ms', 300],
    ['1.5 S', 1_500],
  ])('%s is %i ms', (text, ms) => {
    expect(durationMs(text, 's')).toBe(ms);
  });

  it.each(['', 's', '-1', '5 minutes', '1h30m', '0x10'])('%j is none', (text) => {
    expect(durationMs(text, 's')).toBeUndefined();
  });
});

describe('the settings', () => {
  const read = (environment: Record<string, string>) => readSettings(settings, environment);

  it('take durations as AWS’s extension does', () => {
    const { values, problems } = read({
      AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS: '5m',
      AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS: '5s',
    });

    expect(values).toMatchObject({ pollIntervalSeconds: 300, pollTimeoutMs: 5_000 });
    expect(problems).toEqual([]);
  });

  it.each([
    ['Trace', 'debug'],
    ['WARN', 'warn'],
    ['fatal', 'none'],
  ])('take the log level %s', (text, expected) => {
    expect(read({ AWS_APPCONFIG_EXTENSION_LOG_LEVEL: text }).values.logLevel).toBe(expected);
  });

  it.each(['0', '0ms', '00'])('take a time-out of %s for none', (text) => {
    const { values, problems } = read({ AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS: text });

    expect([values.pollTimeoutMs, problems]).toEqual([0, []]);
  });

  it('say what is wrong, and go on with what they have', () => {
    const { values, problems } = read({
      AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS: 'often',
      AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS: '1',
      AWS_APPCONFIG_EXTENSION_LOG_LEVEL: 'loud',
    });

    expect(values).toMatchObject({ pollIntervalSeconds: 45, pollTimeoutMs: 50, logLevel: 'info' });
    expect(problems.map(describeProblem)).toEqual([
      'AWS_APPCONFIG_EXTENSION_LOG_LEVEL is "loud": expected one of trace, debug, info, warn, error, fatal, none. Using info.',
      'AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS is "often": expected a number, or a duration such as 300ms, 45s, 5m, 1h, from 1s to 86400s. Using 45.',
      'AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS is "1": expected a number, or a duration such as 300ms, 45s, 5m, 1h, from 50ms to 900000ms. Using 50.',
    ]);
  });
});
