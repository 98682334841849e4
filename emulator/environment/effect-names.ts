import type { Effect, PhaseEvent } from './events-and-effects.ts';

/** How events and effects are called in the timeline and in messages. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function nameOf(effect: Effect): string {
  const detail = detailOf(effect);
  return detail === undefined ? effect.do : `${effect.do} ${detail}`;
}

export function detailOf(value: PhaseEvent | Effect): string | undefined {
  if ('process' in value) return value.process.kind === 'runtime' ? 'runtime' : value.process.name;
  if ('timer' in value) return value.timer;
  if ('record' in value) return value.record.type;
  if ('name' in value) return value.name;
  if ('subscription' in value) {
    const { destination } = value.subscription;
    return destination.protocol === 'HTTP' ? destination.URI : `TCP ${destination.port}`;
  }
  if ('requestId' in value) return value.requestId;
  if ('invocation' in value) return value.invocation.requestId;
  return undefined;
}
