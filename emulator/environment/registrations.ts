import { extensionsApiHeaders } from '../../lambda-api/extensions-api.ts';
import { MAX_EXTENSIONS } from '../../lambda-api/limits.ts';
import type { Question, Turn } from './events-and-effects.ts';
import {
  hintAtForeignIdentifier,
  hintAtLateRegistration,
  hintAtLateSubscription,
  hintAtNoIdentifier,
  hintAtRefusedSubscription,
  hintAtSecondRegistration,
  hintAtUnknownEvent,
  hintAtWrongName,
} from './extension-hints.ts';
import { finishInitIfAllReady, launchRuntimeIfAllRegistered } from './init.ts';
import { finishIfAllReady, hintAtLostNext } from './invocation.ts';
import { accepted, badTransition, JSON_TYPE, refusal } from './replies.ts';
import { sendShutdown } from './shutdown.ts';
import type { CallId, Extension, Reply } from './state.ts';
import { decodeSubscription } from './subscription.ts';

type Asked<T extends Question['type']> = Extract<Question, { type: T }> & { call: CallId };

export function onRegister(turn: Turn, { call, name, features, body, newIdentifier }: Asked<'register'>) {
  const { state, effects, config } = turn;
  const refuse = (errorType: string, message: string) => reply(turn, call, refusal(403, errorType, message));
  if (!name) return refuse('Extension.InvalidExtensionName', 'Empty extension name');

  const request = decodeRegistration(body);
  if (typeof request === 'string') return refuse('InvalidRequestFormat', request);

  const external = state.extensions.find((extension) => extension.kind === 'external' && extension.name === name);
  const refused = external
    ? refuseExternal(turn, external, request.events)
    : refuseInternal(turn, name, request.events);
  if (refused) {
    if (!external) hintAtWrongName(turn, name);
    return reply(turn, call, refused);
  }

  const events = request.events.filter((event) => event === 'INVOKE' || event === 'SHUTDOWN');
  if (external) Object.assign(external, { identifier: newIdentifier, state: 'Registered', events });
  else state.extensions.push(internalExtension(name, newIdentifier, events));

  const answer = {
    functionName: config.functionName,
    functionVersion: config.functionVersion,
    handler: config.handler,
  };
  const wantsAccount =
    features?.split(',').some((feature) => feature.trim() === 'accountId') && config.accountId !== '';
  effects.push({
    do: 'reply',
    call,
    reply: {
      status: 200,
      headers: { ...JSON_TYPE, [extensionsApiHeaders.identifier.toLowerCase()]: newIdentifier },
      body: JSON.stringify(wantsAccount ? { ...answer, accountId: config.accountId } : answer),
    },
  });
  if (external) return launchRuntimeIfAllRegistered(turn);
  hintAtWrongName(turn, name);
}

export function onExtensionNext(turn: Turn, { call, identifier, eventIdentifier }: Asked<'extension-next'>) {
  const extension = identify(turn, identifier, (id) => `Unknown extension ${id}`);
  if ('status' in extension) return reply(turn, call, extension);
  if (extension.state !== 'Registered' && extension.state !== 'Running') {
    hintAtLostNext(turn, extension);
    return reply(turn, call, wrongState(extension, 'Ready'));
  }
  extension.state = 'Ready';
  extension.parked = { call, eventIdentifier, isLost: false };
  finishInitIfAllReady(turn);
  finishIfAllReady(turn);
  sendShutdown(turn, extension);
}

/** Only records the error; the exit of the process has the consequences. */
export function onExtensionError(turn: Turn, { call, during, identifier, errorType }: Asked<'extension-error'>) {
  const extension = identify(turn, identifier, () => `Unknown ${extensionsApiHeaders.identifier}`, errorType ?? '');
  if ('status' in extension) return reply(turn, call, extension);

  const target = during === 'init' ? 'InitError' : 'ExitError';
  const from = during === 'init' ? ['Registered'] : ['Registered', 'Ready', 'Running'];
  if (extension.state !== target) {
    if (!from.includes(extension.state)) return reply(turn, call, wrongState(extension, target));
    extension.state = target;
    extension.errorType = errorType;
  }
  turn.state.fatalErrorType ??= `Extension.${target}`;
  reply(turn, call, accepted);
}

export function onSubscribe(turn: Turn, { call, api, identifier, body }: Asked<'subscribe'>) {
  const isManaged = turn.config.initializationType === 'lambda-managed-instances';
  if (isManaged && api === 'logs') return reply(turn, call, { status: 404, headers: {}, body: '' });
  const extension = identify(turn, identifier, (id) => `Unknown extension ${id}`);
  if ('status' in extension) return reply(turn, call, extension);
  if (!turn.state.isSubscriptionOpen) {
    hintAtLateSubscription(turn, extension);
    const name = api === 'logs' ? 'Logs' : 'Telemetry';
    return reply(turn, call, refusal(403, `${name}.SubscriptionClosed`, `${name} API subscription is closed`));
  }
  const subscription = decodeSubscription(body, { isManaged, api });
  if ('errorMessage' in subscription) {
    hintAtRefusedSubscription(turn, extension, subscription.errorMessage);
    const error = JSON.stringify({ errorType: 'ValidationError', errorMessage: subscription.errorMessage });
    return reply(turn, call, { status: 400, headers: JSON_TYPE, body: error });
  }
  turn.effects.push({ do: 'subscribe', extension: extension.name, subscription });
  turn.effects.push({
    do: 'record',
    record: {
      type: 'platform.telemetrySubscription',
      record: { name: extension.name, state: 'Subscribed', types: subscription.types },
    },
  });
  reply(turn, call, { status: 200, headers: JSON_TYPE, body: '"OK"' });
}

function decodeRegistration(body: string): { events: string[] } | string {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch (error) {
    return body.trim() === '' ? 'unexpected end of JSON input' : (error as SyntaxError).message;
  }
  const { events, configurationKeys } = Object(request) as { events?: unknown; configurationKeys?: unknown };
  if (Array.isArray(configurationKeys) && configurationKeys.length > 0) {
    return 'configurationKeys are deprecated; use environment variables instead';
  }
  if (events === undefined || events === null) return { events: [] };
  if (!Array.isArray(events) || !events.every((event) => typeof event === 'string')) {
    return 'json: cannot unmarshal the field events into a list of text';
  }
  return { events };
}

function refuseExternal(turn: Turn, extension: Extension, events: string[]): Reply | undefined {
  const { config } = turn;
  const known = config.initializationType === 'lambda-managed-instances' ? ['SHUTDOWN'] : ['INVOKE', 'SHUTDOWN'];
  const unknown = events.find((event) => !known.includes(event));
  if (unknown !== undefined) {
    hintAtUnknownEvent(turn, extension.name, known);
    return invalidEvent(`${unknown}: ErrorInvalidEventType`);
  }
  if (extension.state === 'Started') return undefined;
  hintAtSecondRegistration(turn, extension.name);
  const message = badTransition(`extension ${extension.name}`, extension.state, 'Registered');
  return refusal(403, 'Extension.InvalidExtensionState', message);
}

function refuseInternal(turn: Turn, name: string, events: string[]): Reply | undefined {
  const { state, config } = turn;
  if (events.length > 0 && config.initializationType === 'lambda-managed-instances') {
    return invalidEvent('No events allowed for internal extensions');
  }
  const unknown = events.find((event) => event !== 'INVOKE');
  if (unknown === 'SHUTDOWN') return invalidEvent('SHUTDOWN: ShutdownEventNotSupportedForInternalExtension');
  if (unknown !== undefined) return invalidEvent(`${unknown}: ErrorInvalidEventType`);
  if (!state.isRegistrationOpen) {
    hintAtLateRegistration(turn, name);
    return refusal(403, 'Extension.RegistrationClosed', 'Extension registration closed already');
  }
  if (state.extensions.some((extension) => extension.name === name)) {
    return refusal(403, 'Extension.InvalidExtensionState', 'Extension with this name already registered');
  }
  if (state.extensions.length < MAX_EXTENSIONS) return undefined;
  return refusal(403, 'Extension.TooManyExtensions', `Extension limit (${MAX_EXTENSIONS}) reached`);
}

function invalidEvent(message: string): Reply {
  return refusal(403, 'Extension.InvalidEventType', message);
}

function internalExtension(name: string, identifier: string, events: Extension['events']): Extension {
  return {
    name,
    kind: 'internal',
    identifier,
    state: 'Registered',
    events,
    errorType: undefined,
    parked: undefined,
    isAlive: false,
    wasSentShutdown: false,
  };
}

/** Returns the extension that calls, or the refusal. */
function identify(
  turn: Turn,
  identifier: string | undefined,
  unknown: (identifier: string) => string,
  errorType?: string,
): Extension | Reply {
  const { identifier: header } = extensionsApiHeaders;
  if (!identifier) {
    hintAtNoIdentifier(turn, header);
    return refusal(403, 'Extension.MissingExtensionIdentifier', `Missing ${header} header`);
  }
  if (!UUID.test(identifier)) {
    hintAtForeignIdentifier(turn, header, identifier);
    return refusal(403, 'Extension.InvalidExtensionIdentifier', `Invalid ${header}`);
  }
  // AWS checks the error type before the extension.
  if (errorType === '') return refusal(403, 'Extension.MissingHeader', `${extensionsApiHeaders.errorType} not found`);
  const wanted = identifier.toLowerCase();
  const extension = turn.state.extensions.find((candidate) => candidate.identifier === wanted);
  if (!extension) hintAtForeignIdentifier(turn, header, identifier);
  return extension ?? refusal(403, 'Extension.UnknownExtensionIdentifier', unknown(wanted));
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function wrongState({ state, identifier }: Extension, target: string): Reply {
  return refusal(403, 'Extension.InvalidExtensionState', badTransition(`extension ${identifier}`, state, target));
}

function reply({ effects }: Turn, call: CallId, answer: Reply) {
  effects.push({ do: 'reply', call, reply: answer });
}
