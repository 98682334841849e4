import { expect, it } from 'vitest';
import { refusedTenant } from './tenant.ts';

const isolated = { tenantIsolation: true };

it.each(['blue', 'a b', 'tenant@example.com', 'A/b:c=d+e-f_g.h', 'x'.repeat(256)])(
  'takes the tenant %s',
  (tenantId) => {
    expect(refusedTenant(tenantId, isolated)).toBeUndefined();
  },
);

it.each([
  ['no tenant', undefined, isolated, 'InvalidParameterValueException', /enabled with .* Add a valid tenant ID/],
  [
    'a tenant that it must not have',
    'blue',
    { tenantIsolation: false },
    'InvalidParameterValueException',
    /Remove the tenant ID/,
  ],
  ['an empty id', '', isolated, 'ValidationException', /regular expression pattern/],
  ['a character that ids have not', 'blue#1', isolated, 'ValidationException', /'blue#1' at 'tenantId'/],
  ['a long id', 'x'.repeat(257), isolated, 'ValidationException', /less than or equal to 256/],
])('refuses %s', (_case, tenantId, config, type, message) => {
  const { status, headers, body } = refusedTenant(tenantId, config) ?? {};

  expect([status, headers?.['x-amzn-errortype']]).toEqual([400, type]);
  expect(JSON.parse(String(body)).message).toMatch(message);
});

it('takes no tenant where the function has no tenant isolation', () => {
  expect(refusedTenant(undefined, { tenantIsolation: false })).toBeUndefined();
});
