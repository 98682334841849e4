import { Socket } from 'node:net';
import { call } from '../../../foundation/http-client.ts';
import { decodeExtensionEvent, type ExtensionEvent, extensionsApiHeaders } from '../../../lambda-api/extensions-api.ts';
import { telemetryApi } from '../../../lambda-api/telemetry-api.ts';
import { decodeText, type IntakeLine, readSupervisorLine } from '../intake/control-lines.ts';
import type { Control } from '../launch-context.ts';
import type { HandedTexts } from '../services/handed-texts.ts';
import type { EventSource } from './event-source.ts';

/** Events from the supervisor, which has registered and passes each on as one line. */
export function supervisorSource({ control, authority, texts, onEnd }: SupervisorOptions): EventSource {
  const socket = new Socket({ fd: control.fd });
  const later: string[] = [];
  const waiting: ExtensionEvent[] = [];
  const early: IntakeLine[] = [];
  let onLine: (line: IntakeLine) => void = (line) => void early.push(line);
  let wake = () => {};
  let holdsInvocations = false;

  function say(...lines: readonly string[]): void {
    socket.write(`${[...later.splice(0), ...lines].join('\n')}\n`);
  }

  /** Each write wakes the supervisor. */
  function saySoon(...lines: readonly string[]): void {
    if (later.length === 0) process.nextTick(sayRest);
    later.push(...lines);
  }

  function sayRest(): void {
    if (later.length > 0) say();
  }

  socket.on('error', onEnd).on('close', onEnd);
  eachLine(socket, (line) => {
    if (line === PING) {
      say('pong');
      return;
    }
    if (line.startsWith('{')) {
      waiting.push(decodeExtensionEvent(line));
      wake();
      return;
    }
    const said = readSupervisorLine(line);
    if (said?.kind === 'text') texts.take(decodeText(said.base64));
    else if (said?.kind === 'texts-end') texts.completed();
    else if (said !== undefined) onLine(said);
  });

  return {
    register: async () => undefined,

    async subscribe(subscription) {
      // Lambda takes no subscription later than that, and the one of the first process still holds.
      if (!control.isEager) return { status: 200, body: '' };
      return call({
        authority,
        method: 'PUT',
        path: telemetryApi.subscribe,
        headers: { 'content-type': 'application/json', [extensionsApiHeaders.identifier]: control.extensionId },
        body: JSON.stringify(subscription),
      });
    },

    ready(invokeBoundMs) {
      holdsInvocations = invokeBoundMs !== undefined && invokeBoundMs > 0;
      say(invokeBoundMs === undefined ? 'ready' : `ready invoke ${invokeBoundMs}`);
    },
    holds: (records, sending) => say(`holds ${records} ${sending}`),
    // Written before this returns, since the socket writes at once while its buffer has room.
    busy: (cpuMs) => say(`busy ${Math.ceil(cpuMs)}`),

    supervisor: {
      say,
      saySoon,
      listen(take) {
        onLine = take;
        for (const line of early.splice(0)) take(line);
      },
    },

    async *events() {
      for (;;) {
        const event = waiting.shift();
        if (event === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        yield {
          event,
          done() {
            // Else nobody waits for it.
            if (event.eventType === 'INVOKE' && holdsInvocations) saySoon(`done ${event.requestId}`);
            // The process may end before the next tick.
            if (event.eventType === 'SHUTDOWN') sayRest();
          },
        };
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
  control: Control;
  /** `host:port` of Lambda's APIs. */
  authority: string;
  texts: Pick<HandedTexts, 'take' | 'completed'>;
  /** The supervisor is gone, and this process has no purpose without it. */
  onEnd: () => void;
}

const PING = '{"eventType":"PING"}';
