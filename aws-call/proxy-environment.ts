import type { Environment } from '../foundation/settings.ts';
import { noProxy } from './no-proxy.ts';

/**
 * The variables of a proxy, with `NO_PROXY` for this machine and for Lambda's own addresses, which no proxy reaches. Without those
 * that name no proxy that can be used: `proxyProblems` says so.
 */
export function proxyEnvironment(environment: Environment): Record<string, string> {
  const proxies = proxiesIn(environment).filter(({ url }) => isUsable(url));
  const exceptions = environment.NO_PROXY ?? environment.no_proxy;
  return {
    ...Object.fromEntries(proxies.map(({ variable, url }) => [variable.toUpperCase(), url])),
    NO_PROXY: [...noProxy(exceptions ?? ''), NEVER_PROXIED].join(','),
  };
}

/** One line for each variable that is left out. It shows no value, which may hold a password. */
export function proxyProblems(environment: Environment): string[] {
  return proxiesIn(environment)
    .filter(({ url }) => !isUsable(url))
    .map(
      ({ variable }) =>
        `${variable} is not the URL of an HTTP proxy. Connecting without a proxy. Set it to http://host:port or https://host:port.`,
    );
}

function proxiesIn(environment: Environment): { variable: string; url: string }[] {
  return ['HTTPS_PROXY', 'HTTP_PROXY'].flatMap((name) => {
    const variable = environment[name] === undefined ? name.toLowerCase() : name;
    const url = environment[variable];
    return url ? [{ variable, url: withScheme(url) }] : [];
  });
}

/** Many write `proxy:3128`, as curl takes it. */
export function withScheme(url: string): string {
  return url.includes('://') ? url : `http://${url}`;
}

function isUsable(url: string): boolean {
  return URL.canParse(url) && /^https?:\/\/./i.test(url);
}

const NEVER_PROXIED = 'localhost,127.0.0.1,::1,169.254.0.0-169.254.255.255';
