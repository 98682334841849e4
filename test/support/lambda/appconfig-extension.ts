import { join } from 'node:path';
import { type AppConfigServerOptions, type Deployed, startAppConfigServer } from '../servers/appconfig-server.ts';
import { freePort } from '../servers/free-port.ts';
import { startExtensionsApi } from './extensions-api.ts';
import { optFolder, startHost } from './host-process.ts';

export const KEY = 'shop:prod:flags';
export const PATH = '/applications/shop/environments/prod/configurations/flags';

/** Flags of which one has variants, as AppConfig sends them. */
export const ION_FLAGS: Deployed = {
  contentType: 'application/ion; type=AWS.AppConfig.FeatureFlags',
  version: 'v1',
  content: `
'colorway'::[
  [ (contains $userId "beta"), '''{"_variant": "BetaTesters", "enabled": true, "background": "blue"}''' ],
  '''{"_variant": "Default Variant", "enabled": false, "background": "green"}''',
]
'button_color'::'''{"enabled": true, "color": "orange"}'''`,
};

export const JSON_FLAGS: Deployed = {
  content: '{"checkout":{"enabled":true,"steps":3},"banner":{"enabled":false,"text":"hello"}}',
  version: 'v1',
};

export interface AppConfigOptions {
  deployed?: Record<string, Deployed>;
  server?: AppConfigServerOptions;
  environment?: Record<string, string>;
  launcher?: string;
}

/** The host as Lambda would start it, with a mock of AppConfig's data plane. It waits for its first event. */
export async function startAppConfig(options: AppConfigOptions = {}) {
  const service = await startAppConfigServer(options.deployed ?? { [KEY]: ION_FLAGS }, options.server);
  const api = await startExtensionsApi();
  const port = await freePort();
  const environment = {
    AWS_LAMBDA_RUNTIME_API: api.authority,
    AWS_ENDPOINT_URL: service.url,
    AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(port),
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
    ...options.environment,
  };
  const host = await startHost(options.launcher ?? join(optFolder, 'extensions/lambda-node-extended'), environment);
  await api.asksForEvent(1);

  let events = 1;
  return {
    service,
    api,
    host,
    port,
    read: async (path = PATH, headers: Record<string, string> | [string, string][] = {}) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    /** One invocation from its event to the extension's next wait. */
    invoke: async (timeoutMs = 10_000) => {
      api.send({ eventType: 'INVOKE', deadlineMs: Date.now() + timeoutMs, requestId: 'r', invokedFunctionArn: 'a' });
      await api.asksForEvent(++events);
    },
    shutDown: async () => {
      api.send({ eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs: Date.now() + 2_000 });
      return host.exit;
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

/** Asks every 20 ms until the answer is enough, for what depends on the wall clock. */
export async function until<T>(ask: () => T | Promise<T>, isEnough: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isEnough(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
