/**
 * Extensions API, version 2020-01-01.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
export const extensionsApi = {
  register: '/2020-01-01/extension/register',
  next: '/2020-01-01/extension/event/next',
  initError: '/2020-01-01/extension/init/error',
  exitError: '/2020-01-01/extension/exit/error',
} as const;

/** Header names as AWS spells them; HTTP does not mind the case. */
export const extensionsApiHeaders = {
  name: 'Lambda-Extension-Name',
  identifier: 'Lambda-Extension-Identifier',
  acceptFeature: 'Lambda-Extension-Accept-Feature',
  eventIdentifier: 'Lambda-Extension-Event-Identifier',
  errorType: 'Lambda-Extension-Function-Error-Type',
} as const;

export type ExtensionEventType = 'INVOKE' | 'SHUTDOWN';

/** The reasons that AWS documents; real Lambda writes them in lower case. */
export type ShutdownReason = 'spindown' | 'timeout' | 'failure';

export interface InvokeEvent {
  readonly eventType: 'INVOKE';
  /** When the function times out, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly requestId: string;
  readonly invokedFunctionArn: string;
  /** Real Lambda always sends it; the Runtime Interface Emulator only if the caller did. */
  readonly tracing?: { readonly type: string; readonly value: string };
}

export interface ShutdownEvent {
  readonly eventType: 'SHUTDOWN';
  /** `spindown`, `timeout` or `failure` on Lambda; the Runtime Interface Emulator has words of its own. */
  readonly shutdownReason: string;
  /** When what is left of the environment is killed, in milliseconds since the epoch. */
  readonly deadlineMs: number;
}

export type ExtensionEvent = InvokeEvent | ShutdownEvent;

/** Decodes what `event/next` answers. Throws on anything that is neither of the two events, and quotes nothing of it. */
export function decodeExtensionEvent(body: string): ExtensionEvent {
  const event = parse(body);
  if (isExtensionEvent(event)) return withReason(event);
  throw new TypeError(`The Extensions API sent ${body.length} characters that are no event`);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Emulators may send a SHUTDOWN without a reason. What has to be done is the same. */
function withReason(event: ExtensionEvent): ExtensionEvent {
  if (event.eventType !== 'SHUTDOWN' || typeof event.shutdownReason === 'string') return event;
  return { ...event, shutdownReason: 'unknown' };
}

function isExtensionEvent(event: unknown): event is ExtensionEvent {
  if (typeof event !== 'object' || event === null) return false;
  const { eventType, deadlineMs, requestId } = event as Record<string, unknown>;
  if (typeof deadlineMs !== 'number') return false;
  return eventType === 'SHUTDOWN' || (eventType === 'INVOKE' && typeof requestId === 'string');
}
