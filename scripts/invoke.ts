import { Agent, RetryAgent, request } from 'undici';

/** The only path of AWS's Runtime Interface Emulator. */
export const INVOCATIONS = '/2015-03-31/functions/function/invocations';

/** Invokes a function and returns its answer. Retries for 10 s, because an emulator that was just started does not listen yet. */
export async function invoke(url: string): Promise<string> {
  const { body } = await request(url, { method: 'POST', body: '{}', dispatcher: untilItListens });
  return body.text();
}

const untilItListens = new RetryAgent(new Agent(), {
  methods: ['POST'],
  errorCodes: ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'],
  statusCodes: [],
  maxRetries: 100,
  minTimeout: 100,
  timeoutFactor: 1,
});
