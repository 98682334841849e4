import { Socket } from 'node:net';
import { call } from '../../../foundation/http-client.ts';
import type { Environment } from '../../../foundation/settings.ts';
import { decodeExtensionEvent, type ExtensionEvent, extensionsApiHeaders } from '../../../lambda-api/extensions-api.ts';
import { telemetryApi } from '../../../lambda-api/telemetry-api.ts';
import type { EventSource } from './event-source.ts';

/** What the supervisor tells its child; see supervisor/README.md. */
export interface Errand {
  readonly controlFd: number;
  readonly extensionId: string;
  /** Whether the function's start waits for this process, which then does what no other could do before it. */
  readonly isEager: boolean;
  /** Telemetry records that died with the processes before this one. */
  readonly lostRecords: number;
  /** Whether the supervisor has asked for telemetry, and Lambda delivers it. */
  readonly isSubscribed: boolean;
  /** Of the latest invocation, which this process was too late to hear of; 0 before the first. */
  readonly deadlineMs: number;
}

/** Undefined when no supervisor started this process. */
export function readErrand(environment: Environment): Errand | undefined {
  if (environment.HOST_CONTROL_FD === undefined) return undefined;
  return {
    controlFd: Number(environment.HOST_CONTROL_FD),
    extensionId: environment.EXTENSION_ID ?? '',
    isEager: environment.HOST_REASON === 'eager',
    lostRecords: Number(environment.HOST_LOST_RECORDS ?? 0),
    isSubscribed: environment.HOST_IS_SUBSCRIBED === '1',
    deadlineMs: Number(environment.HOST_DEADLINE_MS ?? 0),
  };
}

/** The supervisor has registered, and passes events on, one line each. */
export function supervisorSource({ errand, authority, onEnd }: SupervisorOptions): EventSource {
  const control = new Socket({ fd: errand.controlFd });
  const say = (line: string) => void control.write(`${line}\n`);
  const waiting: ExtensionEvent[] = [];
  let wake = () => {};

  control.on('error', onEnd).on('close', onEnd);
  eachLine(control, (line) => {
    if (line === PING) {
      say('pong');
      return;
    }
    waiting.push(decodeExtensionEvent(line));
    wake();
  });

  return {
    register: async () => undefined,

    async subscribe(subscription) {
      // Later than that Lambda takes no subscription, and the one of the first process still holds.
      if (!errand.isEager) return { status: 200, body: '' };
      return call({
        authority,
        method: 'PUT',
        path: telemetryApi.subscribe,
        headers: { 'content-type': 'application/json', [extensionsApiHeaders.identifier]: errand.extensionId },
        body: JSON.stringify(subscription),
      });
    },

    ready: (invokeBoundMs) => say(invokeBoundMs === undefined ? 'ready' : `ready invoke ${invokeBoundMs}`),
    holds: (records) => say(`holds ${records}`),

    async *events() {
      for (;;) {
        const event = waiting.shift();
        if (event === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        yield { event, done: () => event.eventType === 'INVOKE' && say(`done ${event.requestId}`) };
        if (event.eventType === 'SHUTDOWN') return;
      }
    },
  };
}

function eachLine(socket: Socket, onLine: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

interface SupervisorOptions {
  errand: Errand;
  /** `host:port` of Lambda's APIs. */
  authority: string;
  /** The supervisor is gone, and this process has no purpose any more. */
  onEnd: () => void;
}

const PING = '{"eventType":"PING"}';
