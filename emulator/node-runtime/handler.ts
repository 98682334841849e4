import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runtimeError } from './error-description.ts';
import { STREAMING } from './streaming.ts';

export type BufferedHandler = (event: unknown, context: object) => unknown;
export type StreamingHandler = (event: unknown, stream: object, context: object) => unknown;
export type Handler = BufferedHandler | StreamingHandler;

/** Loads `dir/file.method` as AWS's client does: from the task directory, else from its packages; `method` may be nested. */
export async function loadHandler(taskRoot: string, name: string): Promise<Handler> {
  if (name.includes('..')) {
    const advice = 'Use absolute paths when specifying root directories in handler names.';
    throw runtimeError('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name. ${advice}`);
  }
  const file = basename(name);
  const [, module, path] = /^([^.]*)\.(.*)$/.exec(file) ?? [];
  if (module === undefined || path === undefined) throw runtimeError('Runtime.MalformedHandlerName', 'Bad handler');

  const root = name.slice(0, name.indexOf(file)).replace(/\/$/, '');
  const exported = await load(taskRoot, root, module);
  const handler = valueAt(exported, path) || valueAt((exported as { default?: unknown } | undefined)?.default, path);
  if (!handler) throw runtimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw runtimeError('Runtime.HandlerNotFound', `${name} is not a function`);
  const mark = (handler as { [STREAMING]?: unknown })[STREAMING];
  if (mark && mark !== 'response') {
    throw runtimeError('Runtime.MalformedStreamingHandler', 'Only response streaming is supported.');
  }
  if (handler.length > 2 && !mark) throw runtimeError('Runtime.CallbackHandlerDeprecated', NO_CALLBACKS);
  return handler as Handler;
}

export function isStreaming(handler: Handler): handler is StreamingHandler {
  return (handler as { [STREAMING]?: unknown })[STREAMING] === 'response';
}

/** A folder of the module's name comes first, and cannot be imported: AWS's client looks no further, and neither do we. */
async function load(taskRoot: string, root: string, module: string): Promise<unknown> {
  const path = resolve(taskRoot, root, module);
  try {
    const file = ['', '.js', '.mjs', '.cjs'].map((ending) => path + ending).find((candidate) => existsSync(candidate));
    if (file !== undefined) return await import(pathToFileURL(file).href);
    const require = createRequire(import.meta.url);
    return require(require.resolve(module, { paths: [taskRoot, join(taskRoot, root)] }));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw runtimeError('Runtime.UserCodeSyntaxError', String(error), error.stack);
    }
    if (error instanceof Error && (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') {
      throw runtimeError('Runtime.ImportModuleError', String(error));
    }
    throw error;
  }
}

function valueAt(exported: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    return value && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined;
  }, exported);
}

const NO_CALLBACKS =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this ' +
  'function to use a supported handler signature to use Node.js 24 or later. For more information see ' +
  'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';
