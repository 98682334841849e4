import { installInvocationHooks, invocationHooks } from '../../lambda-api/invocation-hooks.ts';
import { complain } from './complain.ts';
import { createInvocationHooks } from './create-invocation-hooks.ts';
import { takeOutPreload } from './node-options.ts';
import { isOn, type Part } from './part.ts';
import { runtimeClientOf } from './runtime-client.ts';
import { wrapAwsClient } from './wrap-aws-client.ts';

/** Starts the parts that are on, if this is the function's own process. Whatever fails here, the function goes on without it. */
export function startPreload(parts: readonly Part[], environment: NodeJS.ProcessEnv): void {
  try {
    takeOutPreload(environment);
    startParts(parts, environment);
  } catch (error) {
    complain('the preload failed', error);
  }
}

function startParts(parts: readonly Part[], environment: NodeJS.ProcessEnv): void {
  const client = runtimeClientOf(process.argv[1]);
  if (client === undefined || !isMainThread()) return;
  // Two copies of /opt in one image: the first serves.
  if (invocationHooks() !== undefined) return;
  // On managed instances the client serves from worker threads; the main thread sees no invocation.
  if (environment.AWS_LAMBDA_MAX_CONCURRENCY !== undefined) return;
  const wanted = parts.filter(({ switchedOnBy }) => isOn(switchedOnBy, environment));
  if (wanted.length === 0) return;

  const hooks = createInvocationHooks(complain);
  installInvocationHooks(hooks);
  if (client === 'aws') wrapAwsClient(hooks, environment);
  for (const part of wanted) {
    try {
      part.start({ hooks, environment });
    } catch (error) {
      complain(`${part.name} does not start`, error);
    }
  }
}

/** Asked late: the module is loaded for this alone, and most processes are no runtime client. */
function isMainThread(): boolean {
  return process.getBuiltinModule('node:worker_threads').isMainThread;
}
