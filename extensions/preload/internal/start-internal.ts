import { describeProblem, type Environment, readSettings } from '../../../foundation/settings.ts';
import { lambdaVariables } from '../../../lambda-api/environment.ts';
import type { HookedInvocation } from '../../../lambda-api/invocation-hooks.ts';
import { boundedCall } from './bounded-call.ts';
import { checkedDefinition, checkedHandlers } from './check-internal.ts';
import type { InternalExtension, InternalHandlers } from './define-internal.ts';
import { loadInternal } from './load-internal.ts';
import type { Registration } from './register-internal.ts';

export interface RunningInternal {
  beforeInvoke(invocation: HookedInvocation): Promise<void>;
  /** Settles when the runtime may ask for the next invocation. */
  afterInvoke(invocation: HookedInvocation): Promise<void>;
}

export interface StartInternalOptions {
  readonly file: string;
  readonly environment: Environment;
  readonly nowMs: () => number;
  readonly warn: (problem: string) => void;
  readonly complain: (what: string, error: unknown) => void;
  /** Aborted when the function goes on without it. */
  readonly signal: AbortSignal;
}

/** Loads and starts one. Rejects where the function has to go on without it. What can be done at once is done when this returns. */
export async function startInternal(options: StartInternalOptions): Promise<RunningInternal> {
  const { file, environment, warn } = options;
  const loaded = loadInternal(file);
  const definition = checkedDefinition(loaded instanceof Promise ? await loaded : loaded);
  const { values, problems } = readSettings(definition.settings, environment);
  for (const problem of problems) warn(`[${definition.name}] WARN ${describeProblem(problem)}`);
  const made = definition.init({ settings: values });
  const handlers = checkedHandlers(made instanceof Promise ? await made : made);
  // Nobody would say that it is done, and Lambda would wait for it until each invocation times out.
  options.signal.throwIfAborted();
  return running(definition, handlers, await registrationOf(definition, environment), options);
}

/** Loads node:http only where it is needed. */
async function registrationOf({ name, register }: InternalExtension, environment: Environment) {
  if (register !== true) return undefined;
  const { registerInternal } = await import('./register-internal.ts');
  return registerInternal(environment[lambdaVariables.runtimeApi] ?? '', name);
}

function running(
  { name }: InternalExtension,
  handlers: InternalHandlers,
  registration: Registration | undefined,
  { nowMs, complain: complainAlways }: StartInternalOptions,
): RunningInternal {
  const told = new Set<string>();
  const complain = (what: string, error: unknown) => {
    if (!told.has(what)) complainAlways(what, error);
    told.add(what);
  };
  const callHandler = (what: 'beforeInvoke' | 'afterInvoke', invocation: HookedInvocation) => {
    const { boundMs = USUAL_BOUND_MS, [what]: handler } = handlers;
    if (handler === undefined) return Promise.resolve();
    return boundedCall({
      what: `${name}/${what}`,
      boundMs: Math.max(0, Math.min(boundMs, invocation.deadlineMs - MARGIN_MS - nowMs())),
      work: (context) => handler.call(handlers, invocation, context),
      complain,
    });
  };
  const finish = async (invocation: HookedInvocation) => {
    await callHandler('afterInvoke', invocation);
    await registration?.done().catch((error: unknown) => complain(`${name} is no longer registered`, error));
  };
  return {
    beforeInvoke: (invocation) => callHandler('beforeInvoke', invocation),
    async afterInvoke(invocation) {
      const finished = finish(invocation);
      // Lambda waits for a registered extension by itself.
      if (registration === undefined) await finished;
    },
  };
}

const USUAL_BOUND_MS = 1_000;
/** Lambda resets an environment that is busy at the deadline. */
const MARGIN_MS = 100;
