import { afterEach, describe, expect, it, vi } from 'vitest';
import { timestampMs } from './timestamps.ts';

afterEach(() => vi.unstubAllEnvs());

describe('a date', () => {
  it.each(['UTC', 'America/New_York'])('without a zone is in UTC, also in a function whose TZ is %s', (zone) => {
    vi.stubEnv('TZ', zone);

    expect(['2024', '2024-01', '2024-01-01', '2024-01-01T00:00', '2024-01-01T00:00:00.0'].map(timestampMs)).toEqual(
      Array(5).fill(Date.UTC(2024, 0)),
    );
    expect(timestampMs('2024-01-01T00:00-05:00')).toBe(Date.UTC(2024, 0, 1, 5));
  });
});
