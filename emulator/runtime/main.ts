/** The runtime process without Docker: asks for invocations, calls the handler, posts what comes of it. */
import { createApiClient, type RuntimeInvocation } from './api-client.ts';
import { patchConsole, setRequestId, writeUncaught } from './console.ts';
import { createContext } from './context.ts';
import { describeError, type ErrorDescription } from './error-description.ts';
import { type BufferedHandler, type Handler, isStreaming, loadHandler, type StreamingHandler } from './handler.ts';
import { createResponseStream, installAwslambda } from './streaming.ts';

// biome-ignore lint/style/noProcessEnv: this is a process of its own, whose settings are Lambda's variables
const environment = process.env;
const [host = '127.0.0.1', port = '9001'] = (environment.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
const client = createApiClient(host, Number(port));
/** AWS's runtime client exits with these. */
const EXIT = { uncaught: 128, init: 129 } as const;

patchConsole(environment);
installAwslambda();
let current: RuntimeInvocation | undefined;
process.on('uncaughtException', (error) => void giveUp(describeError(error)));
process.on('unhandledRejection', (reason) => {
  const description = describeError(reason);
  const errorMessage = `${description.errorType}: ${description.errorMessage}`;
  void giveUp({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage, trace: description.trace });
});
await run();

async function run(): Promise<void> {
  let handler: Handler;
  try {
    handler = await loadHandler(environment.LAMBDA_TASK_ROOT ?? process.cwd(), environment._HANDLER ?? '');
  } catch (error) {
    const description = describeError(error);
    writeUncaught(description);
    await client.initError(description);
    process.exit(EXIT.init);
  }
  for (;;) await serve(handler, await client.next());
}

async function serve(handler: Handler, invocation: RuntimeInvocation): Promise<void> {
  current = invocation;
  setRequestId(invocation.requestId);
  environment._X_AMZN_TRACE_ID = invocation.traceId;
  try {
    const event: unknown = JSON.parse(invocation.payload.toString());
    const context = createContext(invocation, environment);
    if (isStreaming(handler)) return await stream(handler, event, context, invocation);
    const result: unknown = await (handler as BufferedHandler)(event, context);
    await client.response(invocation.requestId, JSON.stringify(result) ?? 'null');
  } catch (error) {
    const description = describeError(error);
    await client.error(invocation.requestId, description);
  } finally {
    current = undefined;
  }
}

async function stream(
  handler: StreamingHandler,
  event: unknown,
  context: object,
  { requestId }: RuntimeInvocation,
): Promise<void> {
  const response = createResponseStream((contentType) => client.openResponse(requestId, contentType));
  try {
    await handler(event, response.stream, context);
    await response.finished;
  } catch (error) {
    if (!response.hasBegun()) throw error;
    await response.fail(describeError(error));
  }
}

async function giveUp(description: ErrorDescription): Promise<void> {
  writeUncaught(description);
  if (current) await client.error(current.requestId, description);
  process.exit(EXIT.uncaught);
}
