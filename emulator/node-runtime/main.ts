/** The runtime process without Docker: asks for invocations, calls the handler, posts its result. It equals AWS's `aws-lambda-ric` 4. */
import { setImmediate } from 'node:timers/promises';
import { type ApiClient, createApiClient } from './api-client.ts';
import { patchConsole, writeError } from './console.ts';
import { createContext } from './context.ts';
import { describeError, runtimeError } from './error-description.ts';
import { exposeGc } from './expose-gc.ts';
import { type BufferedHandler, type Handler, isStreaming, loadHandler, type StreamingHandler } from './handler.ts';
import { createInvokeStore, STORE_KEYS } from './invoke-store.ts';
import { createResponseStream, installAwslambda } from './streaming.ts';
import { resolveFurther } from './task-source.ts';

// biome-ignore lint/style/noProcessEnv: this is a process of its own; Lambda's variables are its settings
const environment = process.env;
const [host = '127.0.0.1', port = '9001'] = (environment.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
/** How many invocations this process runs at once; only managed instances set it. */
const concurrency = Number(environment.AWS_LAMBDA_MAX_CONCURRENCY ?? 1);
const isConcurrent = environment.AWS_LAMBDA_MAX_CONCURRENCY !== undefined;
const store = createInvokeStore(isConcurrent);

patchConsole(environment, store);
exposeGc();
installAwslambda(store, environment);
// Nobody waits for it: what nobody catches is for Node.js, which prints it and exits with 1; and when nothing is left to do, with 0.
void run();

async function run(): Promise<void> {
  const client = createApiClient(host, Number(port));
  let handler: Handler;
  try {
    const taskRoot = resolveFurther(environment.LAMBDA_TASK_ROOT ?? process.cwd(), environment);
    handler = await loadHandler(taskRoot, environment._HANDLER ?? '');
  } catch (error) {
    writeError('Init Error', error);
    await client.initError(describeError(error));
    throw error;
  }
  await Promise.all(Array.from({ length: concurrency }, () => work(handler)));
}

async function work(handler: Handler): Promise<void> {
  const client = createApiClient(host, Number(port));
  for (;;) {
    const invocation = await client.next();
    const context = createContext(invocation, environment);
    const { requestId, traceId, tenantId, payload } = invocation;
    // biome-ignore lint/style/noProcessEnv: the tracing of AWS's libraries reads it for each invocation
    if (!isConcurrent) process.env._X_AMZN_TRACE_ID = traceId;
    const event: unknown = JSON.parse(payload.toString());
    const known = {
      [STORE_KEYS.REQUEST_ID]: requestId,
      [STORE_KEYS.X_RAY_TRACE_ID]: traceId,
      [STORE_KEYS.TENANT_ID]: tenantId,
    };
    await store.run(known, () =>
      isStreaming(handler)
        ? stream(handler, event, context, requestId, client)
        : serve(handler, event, context, requestId, client),
    );
  }
}

async function serve(
  handler: BufferedHandler,
  event: unknown,
  context: object,
  requestId: string,
  client: ApiClient,
): Promise<void> {
  try {
    const result = await handler(event, context);
    await setImmediate();
    await client.response(requestId, jsonOf(result));
  } catch (error) {
    await setImmediate();
    writeError('Invoke Error', error);
    await client.error(requestId, describeError(error));
  }
}

async function stream(
  handler: StreamingHandler,
  event: unknown,
  context: object,
  requestId: string,
  client: ApiClient,
): Promise<void> {
  const response = createResponseStream(client.openResponse(requestId));
  try {
    const returned = handler(event, response.stream, context);
    if (!isPromise(returned)) throw new Error('Streaming does not support non-async handlers.');
    // biome-ignore lint/suspicious/noConsole: this is the function's console
    if ((await returned) !== undefined) console.warn('Streaming handlers ignore return values.');
    await response.done;
    if (!response.isFinished()) throw new Error('Response stream is not finished.');
  } catch (error) {
    await setImmediate();
    writeError('Invoke Error', error);
    response.fail(error);
  }
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function';
}

function jsonOf(result: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(result === undefined ? null : result);
  } catch {
    throw runtimeError('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
  // A function or a symbol. The text is that of AWS's client.
  if (json === undefined) throw new TypeError('Wrong arguments');
  return json;
}
