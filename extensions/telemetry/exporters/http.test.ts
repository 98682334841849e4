import { describe, expect, it } from 'vitest';
import { bytesOf, exporterOf, log, nowMs, proveDestination } from '../../../test/support/builders/exporters.ts';
import { http } from './http.ts';

const environment = {
  TELEMETRY_HTTP_URL: 'https://logs.example.com/in?fn={function}',
  TELEMETRY_HTTP_HEADERS: 'Authorization=Bearer%20token,X-Function={function}@{region}',
  TELEMETRY_HTTP_MAX_BYTES: '50000',
  TELEMETRY_HTTP_MAX_RECORDS: '100',
};

describe.each(['ndjson', 'json'])('http as %s', (format) => {
  proveDestination({
    type: { ...http, name: `http-${format}` },
    environment: { ...environment, TELEMETRY_HTTP_FORMAT: format },
    near: { longest: 60_000, most: 250 },
    expectWithinLimits(request) {
      expect(bytesOf(request)).toBeLessThanOrEqual(50_000);
      const body = String(request.body);
      const records =
        format === 'json'
          ? JSON.parse(body)
          : body
              .trimEnd()
              .split('\n')
              .map((line) => JSON.parse(line));
      expect(records).toHaveLength(request.items.length);
      expect(records.length).toBeLessThanOrEqual(100);
    },
  });
});

describe('http', () => {
  it('takes headers as a list or as JSON, and fills what stands in braces', () => {
    const headers = (given: string) =>
      exporterOf(http, { ...environment, TELEMETRY_HTTP_HEADERS: given }).encode([log()], nowMs)[0]?.headers;

    expect(headers('X-A=1%202, X-Function={function}')).toEqual({
      'content-type': 'application/x-ndjson',
      'x-a': '1 2',
      'x-function': 'orders',
    });
    expect(headers('{"Content-Type":"application/json","x-instance":"{instance}"}')).toEqual({
      'content-type': 'application/json',
      'x-instance': 'd0c1b2a3',
    });
  });
});
