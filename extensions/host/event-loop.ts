import type { InvokeEvent, ShutdownEvent } from '../../lambda-api/extensions-api.ts';
import type { EventSource } from './event-sources/event-source.ts';

/** Hands each event on, and asks for the next one when it is dealt with. Ends after SHUTDOWN. */
export async function eventLoop(source: EventSource, { onInvoke, onShutdown }: EventLoopHandlers): Promise<void> {
  for await (const { event, done } of source.events()) {
    switch (event.eventType) {
      case 'INVOKE':
        await onInvoke(event);
        break;
      case 'SHUTDOWN':
        await onShutdown(event);
        break;
      default:
        event satisfies never;
    }
    done();
  }
}

interface EventLoopHandlers {
  onInvoke(event: InvokeEvent): Promise<void>;
  onShutdown(event: ShutdownEvent): Promise<void>;
}
