import { type Environment, readSettings } from '../foundation/settings.ts';
import { containerCredentials, isManagedInstances } from '../lambda-api/environment.ts';
import { isTelemetrySent, redactionToken } from './hand-over-texts.ts';
import { settings } from './settings.ts';

/** Who asks AWS: the function's own process, or the extension. */
export type Mode = 'direct' | 'extension';

/**
 * What the setting says. Without it, `direct` where that does all that the extension does.
 * @param nodeVersion e.g. `24.1.0`.
 */
export function chooseMode(environment: Environment, nodeVersion: string): Mode {
  const { mode } = readSettings(settings, environment).values;
  if (mode !== 'auto') return mode;
  const needsExtension =
    ONLY_IN_EXTENSION.some((variable) => environment[variable]?.trim()) ||
    // Its worker threads share no memory.
    isManagedInstances(environment) ||
    // Without a token nobody takes what telemetry must redact.
    (isTelemetrySent(environment) && redactionToken(environment) === '') ||
    // The AWS SDK, which stands in for an extension that is not there, finds more: those of a developer's profile.
    !hasCredentials(environment) ||
    (PROXIES.some((variable) => environment[variable]) && !supportsProxies(nodeVersion));
  return needsExtension ? 'extension' : 'direct';
}

function hasCredentials(environment: Environment): boolean {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_REGION, AWS_DEFAULT_REGION } = environment;
  const region = AWS_REGION || AWS_DEFAULT_REGION;
  return Boolean(region && ((id && key) || containerCredentials(environment)));
}

/** https://nodejs.org/api/http.html#built-in-proxy-support */
function supportsProxies(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 5);
}

/** Prefetched values and local files are there. */
const ONLY_IN_EXTENSION = ['SECRETS_PREFETCH', 'SECRETS_LOCAL_FILE', 'LOCAL_DEVELOPMENT_DIRECTORY'] as const;
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const;
