import type * as http from 'node:http';
import { basename } from 'node:path';
import { deferred } from '../../foundation/deferred.ts';
import type { Environment } from '../../foundation/settings.ts';
import type { HookedInvocation, InvocationHooks } from '../../lambda-api/invocation-hooks.ts';
import { runtimeApi, runtimeApiHeaders } from '../../lambda-api/runtime-api.ts';
import { complain } from './complain.ts';

/**
 * Puts hooks around `next` of AWS's unmodified runtime client (tried with aws-lambda-ric 4.0.2 and 3.3.0). It asks by its
 * addon, or where the alternative client is switched on, by `http.request`; it always loads the addon. Version 4 has taken `request`
 * by then, so what is replaced here is as it was before the function's first line. Version 3, of Node.js 22, takes it at each call.
 */
export function wrapAwsClient(
  hooks: InvocationHooks,
  environment: Environment,
  nodeVersion: string = process.versions.node,
): void {
  const isByHttp = environment.AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1 === 'true';
  const restoreRequest = isByHttp ? wrapRequest(hooks) : undefined;
  const { dlopen } = process;
  const wrapped: typeof dlopen = (module, file, ...flags) => {
    dlopen.call(process, module, file, ...flags);
    if (basename(file) !== 'rapid-client.node') return;
    // A tracer may have wrapped it since.
    if (process.dlopen === wrapped) process.dlopen = dlopen;
    if (restoreRequest === undefined) wrapAddon((module as { exports: Addon }).exports, hooks);
    else if (Number.parseInt(nodeVersion, 10) > LAST_OF_VERSION_3) restoreRequest();
  };
  process.dlopen = wrapped;
}

function wrapAddon(addon: Addon, hooks: InvocationHooks): void {
  const { next } = addon;
  if (typeof next === 'function') addon.next = hooks.around(next, ({ headers }) => invocationOf(headers));
  else complain('no hook is called, because this runtime client has no "next"', Object.keys(addon));
}

/** Returns how to undo it. */
function wrapRequest(hooks: InvocationHooks): () => void {
  const module = process.getBuiltinModule('node:http') as Requester;
  const { request } = module;
  const send = hooks.around(
    (end: () => void, response: Promise<http.IncomingMessage>) => {
      end();
      return response;
    },
    ({ headers }) => invocationOf(headers),
  );
  const wrapped: Request = (options, ...rest) => {
    const [onResponse] = rest;
    if (options?.path !== runtimeApi.next || typeof onResponse !== 'function') return request(options, ...rest);
    const { promise: response, resolve } = deferred<http.IncomingMessage>();
    const call = request(options, resolve);
    const end = call.end.bind(call);
    call.end = (...args: []) => {
      void send(() => void end(...args), response).then(onResponse);
      return call;
    };
    return call;
  };
  module.request = wrapped;
  return () => {
    if (module.request === wrapped) module.request = request;
  };
}

/** The addon gives the deadline as a number, HTTP as text. */
function invocationOf(headers: http.IncomingHttpHeaders): HookedInvocation {
  const value = (name: string) => headers[name.toLowerCase()];
  return {
    requestId: String(value(runtimeApiHeaders.requestId) ?? ''),
    deadlineMs: Number(value(runtimeApiHeaders.deadlineMs)),
  };
}

const LAST_OF_VERSION_3 = 22;

interface Addon {
  next: () => Promise<{ headers: http.IncomingHttpHeaders }>;
}

/** As the client calls it; who calls otherwise is passed on. */
type Request = (
  options: http.RequestOptions,
  ...rest: ((response: http.IncomingMessage) => void)[]
) => http.ClientRequest;
type Requester = { request: Request };
