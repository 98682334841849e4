import { expect, it } from 'vitest';
import type { StartForTenant } from './functions/tenant-environments.ts';
import { isolateTenants, type Started } from './tenants.ts';

it('starts no environment for a tenant once the emulator ends', async () => {
  let startFor: StartForTenant | undefined;
  let started = 0;
  const start = async () => {
    started++;
    return {} as Started;
  };
  const callee = {
    isolate(given: StartForTenant) {
      startFor = given;
    },
  };

  const tenants = isolateTenants(callee, start(), start);
  await startFor?.('first');
  await startFor?.('second');
  await tenants.settled();

  await expect(startFor?.('third')).rejects.toThrow('shutting down');
  expect(started).toBe(2);
});
