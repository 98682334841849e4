import { Agent } from 'node:http';
import type { Clock } from '../../../foundation/clock.ts';
import { deferred } from '../../../foundation/deferred.ts';
import { call, type HttpAnswer, type HttpCall } from '../../../foundation/http-client.ts';
import type { Log } from '../../../foundation/log.ts';
import { decodeExtensionEvent, extensionsApi, extensionsApiHeaders } from '../../../lambda-api/extensions-api.ts';
import { telemetryApi } from '../../../lambda-api/telemetry-api.ts';
import type { EventSource } from './event-source.ts';

/** Lambda refused a call. Only a new environment can help, so the process must end. */
export class ExtensionsApiError extends Error {
  readonly code = 'EXTENSIONS_API';
  override readonly name = 'ExtensionsApiError';
}

/** Events from Lambda itself, at `AWS_LAMBDA_RUNTIME_API`. */
export function extensionsApiSource({ authority, clock, log }: ExtensionsApiOptions): EventSource {
  const agent = new Agent({ keepAlive: true });
  let identifier = '';

  /** The end of this process would fail the function, and the API may come back: it is a process that may still be starting. */
  const ask = async (options: Omit<HttpCall, 'authority' | 'agent'>) => {
    for (let failures = 0; ; failures++) {
      try {
        return await call({ ...options, authority, agent });
      } catch (error) {
        if (failures === QUIET_FAILURES)
          log.warn(`${options.path} cannot be reached: ${(error as Error).message}. The host keeps trying.`);
        await clock.sleep(Math.min(RETRY_MS * 2 ** failures, LONGEST_RETRY_MS));
      }
    }
  };
  const identified = () => ({ [extensionsApiHeaders.identifier]: identifier });

  return {
    async register(name, events) {
      const answer = await ask({
        method: 'POST',
        path: extensionsApi.register,
        headers: { ...JSON_BODY, [extensionsApiHeaders.name]: name },
        body: JSON.stringify({ events }),
      });
      const given = answer.headers[extensionsApiHeaders.identifier.toLowerCase()];
      if (answer.status !== 200 || typeof given !== 'string') throw refusal('register', answer);
      identifier = given;
    },

    subscribe: (subscription) =>
      ask({
        method: 'PUT',
        path: telemetryApi.subscribe,
        headers: { ...JSON_BODY, ...identified() },
        body: JSON.stringify(subscription),
      }),

    // The first call to event/next says so.
    ready: () => undefined,
    // The environment ends with this process, and no other could report a loss.
    holds: () => undefined,
    // Nobody watches this process.
    busy: () => undefined,

    async *events() {
      for (;;) {
        const answer = await ask({ method: 'GET', path: extensionsApi.next, headers: identified() });
        if (answer.status !== 200) throw refusal('event/next', answer);

        const event = decodeExtensionEvent(answer.body);
        const work = deferred<void>();
        yield { event, done: work.resolve };
        await work.promise;
        if (event.eventType === 'SHUTDOWN') return;
      }
    },
  };
}

interface ExtensionsApiOptions {
  authority: string;
  clock: Clock;
  log: Log;
}

function refusal(what: string, { status, body }: HttpAnswer): ExtensionsApiError {
  return new ExtensionsApiError(`${what} was answered ${status}: ${body.slice(0, 300)}`);
}

const JSON_BODY = { 'content-type': 'application/json' };
const QUIET_FAILURES = 3;
const RETRY_MS = 10;
const LONGEST_RETRY_MS = 1_000;
