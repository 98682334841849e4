import type { Environment } from '../environment/environment.ts';

/** Starts an environment for a tenant that has none, and never gives the same one twice. */
export type StartForTenant = (tenantId: string) => Promise<Pick<Environment, 'ask'>>;

/** Which environment serves a tenant: it serves nobody else, however often it ends and starts again. */
export function tenantEnvironments(startFor: StartForTenant): { of(tenantId: string): ReturnType<StartForTenant> } {
  const byTenant = new Map<string, ReturnType<StartForTenant>>();
  return {
    of(tenantId) {
      const known = byTenant.get(tenantId);
      if (known !== undefined) return known;
      if (byTenant.size >= MOST_TENANTS) {
        return Promise.reject(
          new Error(`${MOST_TENANTS} tenants have an environment already, the most on one machine.`),
        );
      }
      const started = startFor(tenantId);
      byTenant.set(tenantId, started);
      // The next invocation tries again.
      started.catch(() => byTenant.delete(tenantId));
      return started;
    },
  };
}

const MOST_TENANTS = 100;
