/**
 * The runtime process without Docker: asks for invocations, calls the handler, posts its result. It equals AWS's `aws-lambda-ric` 4,
 * which Lambda runs from Node.js 24 on, and on managed instances. Else it is `aws-lambda-ric` 3.
 */
import { setImmediate } from 'node:timers/promises';
import { type ApiClient, createApiClient, type RuntimeInvocation } from './api-client.ts';
import { patchConsole, writeError } from './console.ts';
import { createContext } from './context.ts';
import { describeError, runtimeError } from './error-description.ts';
import { exposeGc } from './expose-gc.ts';
import { type BufferedHandler, type Handler, isStreaming, loadHandler, type StreamingHandler } from './handler.ts';
import { createInvokeStore, type InvokeStore, STORE_KEYS } from './invoke-store.ts';
import { createResponseStream, installAwslambda } from './streaming.ts';
import { resolveFurther } from './task-source.ts';
import { startThreads } from './threads.ts';
import { servePosts } from './waiting-poster.ts';

// biome-ignore lint/style/noProcessEnv: this is a process of its own; Lambda's variables are its settings
const environment = process.env;
const [host = '127.0.0.1', port = '9001'] = (environment.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
/** Only managed instances set it. Then each of several threads runs all invocations that it gets. */
const isConcurrent = environment.AWS_LAMBDA_MAX_CONCURRENCY !== undefined;
const isClient3 = !isConcurrent && Number.parseInt(process.versions.node, 10) < 24;
const main = new URL(import.meta.url);

// What nobody catches is for Node.js, which prints it and exits with 1; and when nothing is left to do, with 0.
if (isClient3) await startClient3();
else if (!isConcurrent || !startThreads(main, environment)) void run();

async function startClient3(): Promise<void> {
  if (servePosts()) return;
  exposeGc();
  const { runClient3 } = await import('./client-3.ts');
  await runClient3(main, taskRoot(), environment._HANDLER ?? '', { host, port: Number(port) });
}

async function run(): Promise<void> {
  const store = createInvokeStore(isConcurrent);
  patchConsole(environment, store, isConcurrent);
  exposeGc();
  installAwslambda(store, environment);
  const client = createApiClient(host, Number(port), isConcurrent);
  let handler: Handler;
  try {
    handler = await loadHandler(taskRoot(), environment._HANDLER ?? '');
  } catch (error) {
    writeError('Init Error', error);
    await client.initError(describeError(error));
    throw error;
  }
  for (;;) {
    const invocation = await client.next();
    const work = prepareWork(handler, invocation, store, client);
    // On managed instances Lambda limits how many run at once, by not answering the next call.
    if (isConcurrent) void setImmediate().then(work);
    else await work();
  }
}

function taskRoot(): string {
  return resolveFurther(environment.LAMBDA_TASK_ROOT ?? process.cwd(), environment);
}

/** Throws if Lambda's call is not as it should be; AWS's client ends then. */
function prepareWork(handler: Handler, invocation: RuntimeInvocation, store: InvokeStore, client: ApiClient) {
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
  return () =>
    store.run(known, () =>
      isStreaming(handler)
        ? stream(handler, event, context, requestId, client)
        : serve(handler, event, context, requestId, client),
    );
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
