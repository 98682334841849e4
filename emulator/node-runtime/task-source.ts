import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The variable with the machine's own path of the function's folder, where `/var/task` is that folder. */
export const TASK_SOURCE = '_LAMBDA_EMULATOR_TASK_SOURCE';

/**
 * Resolves for ES modules what is only in NODE_PATH, as Lambda's Node.js does. What `/var/task` does not have is looked for from
 * the function's own folder: packages of a parent folder, or behind links that leave the folder, as of a workspace.
 * Returns the folder to load the handler from.
 */
export function resolveFurther(taskRoot: string, environment: NodeJS.ProcessEnv): string {
  const source = environment[TASK_SOURCE];
  delete environment[TASK_SOURCE];
  const packages = (environment.NODE_PATH ?? '').split(':').filter((path) => path.endsWith('/node_modules'));
  const parents = packages.filter((path) => existsSync(path)).map((path) => pathToFileURL(join(path, '../any')).href);
  const from = `${pathToFileURL(taskRoot).href}/`;
  const to = source && source !== taskRoot ? `${pathToFileURL(source).href}/` : undefined;
  // Node.js 20 has no hooks in the same thread.
  if (!nodeModule.registerHooks) return source ?? taskRoot;
  if (!to && parents.length === 0) return taskRoot;

  let isLookingFurther = false;
  nodeModule.registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (isLookingFurther || !isMissing(error)) throw error;
        const { parentURL = '' } = context;
        const further = /^[./]|^\w+:/.test(specifier) ? [] : [...parents];
        if (to && parentURL.startsWith(from)) further.push(to + parentURL.slice(from.length));
        isLookingFurther = true;
        try {
          for (const parent of further) {
            const found = attempt(() => resolveFrom(parent, specifier, context, next));
            if (found) return found;
          }
        } finally {
          isLookingFurther = false;
        }
        throw error;
      }
    },
  });
  return taskRoot;
}

type Resolve = nodeModule.ResolveHookSync;

/** For `require`, Node.js does not take another parent from a hook. */
function resolveFrom(parentURL: string, specifier: string, ...[context, next]: Rest<Parameters<Resolve>>) {
  if (!context.conditions.includes('require')) return next(specifier, { ...context, parentURL });
  return { url: pathToFileURL(nodeModule.createRequire(parentURL).resolve(specifier)).href, shortCircuit: true };
}

type Rest<T extends unknown[]> = T extends [unknown, ...infer R] ? R : never;

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}
