import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { STREAMING } from './streaming.ts';

export type BufferedHandler = (event: unknown, context: object) => unknown;
export type StreamingHandler = (event: unknown, stream: object, context: object) => unknown;
export type Handler = BufferedHandler | StreamingHandler;

/** Loads `dir/file.method` from the task directory, from an ES module or CommonJS; `method` may be nested. */
export async function loadHandler(taskRoot: string, name: string): Promise<Handler> {
  if (name.includes('..')) throw runtimeError('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name.`);
  const [, module, path] = /^([^.]*)\.(.+)$/.exec(basename(name)) ?? [];
  if (!module || !path) throw runtimeError('Runtime.MalformedHandlerName', 'Bad handler');

  const modulePath = join(dirname(name), module);
  const exported = await importModule(taskRoot, modulePath);
  const handler = valueAt(exported, path) ?? valueAt((exported as { default?: unknown }).default, path);
  if (handler === undefined) throw runtimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw runtimeError('Runtime.HandlerNotFound', `${name} is not a function`);
  if (handler.length > 2 && !isStreaming(handler as Handler)) {
    const message = 'Node.js 24 on Lambda takes no callback-based handlers: make it async, or return a promise.';
    throw runtimeError('Runtime.CallbackHandlerDeprecated', message);
  }
  return handler as Handler;
}

export function isStreaming(handler: Handler): handler is StreamingHandler {
  return (handler as { [STREAMING]?: string })[STREAMING] === 'response';
}

async function importModule(taskRoot: string, modulePath: string): Promise<unknown> {
  const path = resolve(taskRoot, modulePath);
  const file = ['', '.js', '.mjs', '.cjs'].map((ending) => path + ending).find(isFile);
  if (file === undefined) {
    throw runtimeError('Runtime.ImportModuleError', `Error: Cannot find module '${modulePath}' in ${taskRoot}`);
  }
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError('Runtime.UserCodeSyntaxError', String(error), error);
    const code = (error as { code?: unknown } | undefined)?.code;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
      throw runtimeError('Runtime.ImportModuleError', String(error), error as Error);
    }
    throw error;
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function valueAt(exported: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => Object(value ?? {})[key], exported);
}

function runtimeError(name: string, message: string, cause?: Error): Error {
  const error = new Error(message);
  error.name = name;
  if (cause?.stack) error.stack = cause.stack;
  return error;
}
