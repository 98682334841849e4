import { isLoopbackHost } from '../foundation/loopback-host.ts';
import { type Environment, port, readSettings } from '../foundation/settings.ts';

/**
 * The variables that name one of our own ports as the endpoint of AWS: for the function's clients that is the extension, but for
 * our own calls it would be a circle.
 * @returns e.g. `AWS_ENDPOINT_URL_SSM` with its port.
 */
export function ownEndpoints(environment: Environment): { variable: string; port: number }[] {
  const ports = new Set(Object.values(readSettings(ownPorts, environment).values));
  return Object.entries(environment).flatMap(([variable, value = '']) => {
    const found = /^AWS_ENDPOINT_URL(_|$)/.test(variable) ? loopbackPort(value) : undefined;
    return found !== undefined && ports.has(found) ? [{ variable, port: found }] : [];
  });
}

/** What our own calls to AWS read. */
export function withoutOwnEndpoints(environment: Environment): Environment {
  const own = new Set(ownEndpoints(environment).map(({ variable }) => variable));
  return own.size === 0
    ? environment
    : Object.fromEntries(Object.entries(environment).filter(([variable]) => !own.has(variable)));
}

function loopbackPort(text: string): number | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!isLoopbackHost(url.hostname) && url.hostname !== '0.0.0.0') return undefined;
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}

/** As the extensions and the host declare them. */
const ownPorts = {
  secrets: port('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', 2773, ''),
  appconfig: port('AWS_APPCONFIG_EXTENSION_HTTP_PORT', 2772, ''),
  host: port('EXTENSIONS_HTTP_PORT', 2774, ''),
};
