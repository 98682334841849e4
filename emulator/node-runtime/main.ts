/** The runtime process without Docker: asks for invocations, calls the handler, posts its result. */
import { type ApiClient, createApiClient, type RuntimeInvocation } from './api-client.ts';
import { patchConsole, withRequestId, writeInvokeError, writeUncaught } from './console.ts';
import { createContext } from './context.ts';
import { describeError, type ErrorDescription } from './error-description.ts';
import { exposeGc } from './expose-gc.ts';
import { type BufferedHandler, type Handler, isStreaming, loadHandler, type StreamingHandler } from './handler.ts';
import { createResponseStream, installAwslambda } from './streaming.ts';
import { resolveFurther } from './task-source.ts';

// biome-ignore lint/style/noProcessEnv: this is a process of its own; Lambda's variables are its settings
const environment = process.env;
const [host = '127.0.0.1', port = '9001'] = (environment.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
/** How many invocations this process runs at once; only managed instances set it. */
const concurrency = Number(environment.AWS_LAMBDA_MAX_CONCURRENCY ?? 1);
/** AWS's runtime client exits with these. */
const EXIT = { uncaught: 128, init: 129 } as const;

patchConsole(environment);
exposeGc();
installAwslambda();
const current = new Map<RuntimeInvocation, ApiClient>();
let isGivingUp = false;
process.on('uncaughtException', (error) => void giveUp(describeError(error)));
process.on('unhandledRejection', (reason) => {
  const description = describeError(reason);
  const errorMessage = `${description.errorType}: ${description.errorMessage}`;
  void giveUp({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage, trace: description.trace });
});
await run();

async function run(): Promise<void> {
  let handler: Handler;
  const client = createApiClient(host, Number(port));
  try {
    const taskRoot = resolveFurther(environment.LAMBDA_TASK_ROOT ?? process.cwd(), environment);
    handler = await loadHandler(taskRoot, environment._HANDLER ?? '');
  } catch (error) {
    const description = describeError(error);
    writeUncaught(description);
    await client.initError(description);
    process.exit(EXIT.init);
  }
  await Promise.all(Array.from({ length: concurrency }, () => work(handler)));
}

async function work(handler: Handler): Promise<void> {
  const client = createApiClient(host, Number(port));
  for (;;) {
    const invocation = await client.next();
    current.set(invocation, client);
    await withRequestId(invocation.requestId, concurrency > 1, () => serve(handler, invocation, client));
    current.delete(invocation);
  }
}

async function serve(handler: Handler, invocation: RuntimeInvocation, client: ApiClient): Promise<void> {
  if (concurrency === 1) environment._X_AMZN_TRACE_ID = invocation.traceId;
  try {
    const event: unknown = JSON.parse(invocation.payload.toString());
    const context = createContext(invocation, environment);
    if (isStreaming(handler)) return await stream(handler, event, context, invocation, client);
    const result: unknown = await (handler as BufferedHandler)(event, context);
    await client.response(invocation.requestId, JSON.stringify(result) ?? 'null');
  } catch (error) {
    writeInvokeError(error);
    const description = describeError(error);
    await client.error(invocation.requestId, description);
  }
}

async function stream(
  handler: StreamingHandler,
  event: unknown,
  context: object,
  { requestId }: RuntimeInvocation,
  client: ApiClient,
): Promise<void> {
  const response = createResponseStream((contentType) => client.openResponse(requestId, contentType));
  try {
    await handler(event, response.stream, context);
    await response.finished;
  } catch (error) {
    if (!response.hasBegun()) throw error;
    writeInvokeError(error);
    await response.fail(describeError(error));
  }
}

async function giveUp(description: ErrorDescription): Promise<void> {
  if (isGivingUp) return;
  isGivingUp = true;
  writeUncaught(description);
  try {
    for (const [{ requestId }, client] of current) await client.error(requestId, description);
  } finally {
    // Exits also when the Runtime API is gone and the error cannot be posted.
    process.exit(EXIT.uncaught);
  }
}
