import { appendFileSync } from 'node:fs';
import type { Connect } from './connection.ts';
import { hostFor, openEndpoint } from './endpoint.ts';
import { createFunction, type LocalFunction } from './functions/local-function.ts';
import { describeFunction, type Settings } from './settings.ts';

/** An endpoint with one function, which answers to any name: most callers have RIE's `function`. */
export const ownEndpoint: Connect = async (settings, environment, onHint) => {
  const callee = functionOf(settings, onHint);
  callee.add(environment);
  const endpoint = await openEndpoint({ ...settings, find: () => callee, arnPrefix: arnPrefixOf(settings) });
  const origin = (port: number) => `http://${hostFor(settings.address)}:${port}`;
  const { http } = settings;
  try {
    const httpPort = http && (await endpoint.openHttp(callee, { port: http.port ?? 0, cors: http.cors }));
    return {
      invokeUrl: `${origin(endpoint.port)}/2015-03-31/functions/${settings.functionName}/invocations`,
      httpUrl: httpPort === undefined ? undefined : `${origin(httpPort)}/`,
      callee,
      async close() {
        callee[Symbol.dispose]();
        await endpoint.close();
      },
    };
  } catch (error) {
    await endpoint.close();
    throw error;
  }
};

export function functionOf(settings: Settings, onHint: (text: string) => void): LocalFunction {
  const { deadLetterFile, clock, eventRetryDelaysMs } = settings;
  return createFunction({
    clock,
    config: describeFunction(settings),
    eventRetryDelaysMs,
    keepFailedEvent: deadLetterFile
      ? (failed) => appendFileSync(deadLetterFile, `${JSON.stringify(failed)}\n`)
      : undefined,
    onHint,
  });
}

export function arnPrefixOf({ region, accountId }: Settings): string {
  return `arn:aws:lambda:${region}:${accountId}:function:`;
}
