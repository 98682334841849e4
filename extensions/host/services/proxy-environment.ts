import type { Environment } from '../../../foundation/settings.ts';

/** The variables of a proxy, with `NO_PROXY` for this machine and for Lambda's own addresses, which no proxy reaches. */
export function proxyEnvironment(environment: Environment): Record<string, string> {
  const proxies = ['HTTPS_PROXY', 'HTTP_PROXY'].flatMap((name) => {
    const value = environment[name] ?? environment[name.toLowerCase()];
    return value === undefined ? [] : [[name, value] as const];
  });
  const exceptions = environment.NO_PROXY ?? environment.no_proxy;
  return { ...Object.fromEntries(proxies), NO_PROXY: exceptions ? `${exceptions},${NEVER_PROXIED}` : NEVER_PROXIED };
}

const NEVER_PROXIED = 'localhost,127.0.0.1,::1,169.254.0.0-169.254.255.255';
