import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeSubscription } from './subscription.ts';

const decode = (body: string) => decodeSubscription(body, { isManaged: false });

it('never throws, for any body', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      const decoded = decode(body);
      expect('errorMessage' in decoded || 'destination' in decoded).toBe(true);
    }),
  );
});

it('accepts every buffering within the bounds and refuses any outside', () => {
  const bounds = { maxItems: [1_000, 10_000], maxBytes: [262_144, 1_048_576], timeoutMs: [25, 30_000] } as const;
  const anyField = fc.constantFrom(...(Object.keys(bounds) as (keyof typeof bounds)[]));
  fc.assert(
    fc.property(anyField, fc.integer({ min: -10, max: 2_000_000 }), (field, value) => {
      const body = {
        schemaVersion: '2025-01-29',
        types: ['platform'],
        destination: { protocol: 'TCP', port: 1 },
        buffering: { [field]: value },
      };
      const [from, to] = bounds[field];

      expect('errorMessage' in decode(JSON.stringify(body))).toBe(value < from || value > to);
    }),
  );
});

it.each([
  ['', 'the body is not JSON'],
  ['[]', 'the body is not a JSON object'],
  ['null', 'the body is not a JSON object'],
])('says what is wrong with %j', (body, errorMessage) => {
  expect(decode(body)).toEqual({ errorMessage });
});

it('accepts port 80, although URL hides it', () => {
  const body = {
    schemaVersion: '2022-07-01',
    types: ['function'],
    destination: { protocol: 'HTTP', URI: 'http://sandbox:80' },
  };

  expect(decode(JSON.stringify(body))).not.toHaveProperty('errorMessage');
});
