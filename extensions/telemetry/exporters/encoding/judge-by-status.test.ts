import { expect, it } from 'vitest';
import type { ExportRequest } from '../exporter.ts';
import { judgeByStatus } from './judge-by-status.ts';

const request: ExportRequest = { url: 'https://vendor.test/secret', headers: {}, body: '', items: [] };

it.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [301, 'refused'],
  [308, 'refused'],
  [400, 'rejected'],
  [401, 'refused'],
  [403, 'refused'],
  [404, 'refused'],
  [405, 'refused'],
  [410, 'refused'],
  [407, 'refused'],
  [408, 'retry'],
  [413, 'split'],
  [429, 'retry'],
  [503, 'retry'],
])('takes %i for %s', (status, kind) => {
  expect(judgeByStatus()({ status, headers: {}, body: Buffer.from('') }, request).kind).toBe(kind);
});

it('names the host and its answer, without the path, which may be a secret', () => {
  const body = Buffer.from('no\n such   field');

  expect(judgeByStatus()({ status: 400, headers: {}, body }, request)).toEqual({
    kind: 'rejected',
    reason: 'vendor.test answered 400: no such field',
  });
});

it.each([
  ['a header', { headers: { 'api-key': 'wrong-key-4711' } }, 'no such key: wrong-key-4711', 'no such key: [redacted]'],
  ['its scheme', { headers: { authorization: 'Bearer wrong-key-4711' } }, 'wrong-key-4711?', '[redacted]?'],
  ['the path', { url: 'https://vendor.test/in/wrong-key-4711' }, '/in/wrong-key-4711', '/in/[redacted]'],
  ['the query', { url: 'https://vendor.test/in?k=wrong-key-4711' }, '/in?k=wrong-key-4711', '/in?k=[redacted]'],
  [
    'the end',
    { headers: { 'api-key': 'wrong-key-4711' } },
    `${'x'.repeat(295)}wrong-key-4711`,
    `${'x'.repeat(295)}[reda`,
  ],
  ['no key', { headers: { 'content-type': 'application/json' } }, 'no application/json', 'no application/json'],
])('does not repeat a key that an answer quotes: of %s', (_where, parts, said, shown) => {
  const verdict = judgeByStatus()({ status: 401, headers: {}, body: Buffer.from(said) }, {
    ...request,
    ...parts,
  } as ExportRequest);

  expect(verdict).toEqual({ kind: 'refused', reason: `vendor.test answered 401: ${shown}` });
});

it.each([
  ['2', 2_000],
  ['0', undefined],
  ['-1', undefined],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  ['Wed, 21 Oct 2026 07:27:00 GMT', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('reads Retry-After: %s', (retryAfter, afterMs) => {
  const verdict = judgeByStatus()(
    {
      status: 429,
      headers: { date: 'Wed, 21 Oct 2026 07:28:00 GMT', 'retry-after': retryAfter },
      body: Buffer.alloc(0),
    },
    request,
  );

  expect('afterMs' in verdict ? verdict.afterMs : undefined).toBe(afterMs);
});

it.each([
  ['/v1/traces/v1/logs', 'the path is doubled (/v1/traces/v1/logs): take /v1/… off the address in the setting'],
  ['/secret-key-4711/v1/logs', 'nothing takes telemetry at this address: check it in the setting'],
])('says what to do about an address where nothing is: %s', (path, advice) => {
  const wrong = { ...request, url: `https://vendor.test${path}` };

  expect(judgeByStatus()({ status: 404, headers: {}, body: Buffer.alloc(0) }, wrong)).toEqual({
    kind: 'refused',
    reason: `vendor.test answered 404; ${advice}`,
  });
});
