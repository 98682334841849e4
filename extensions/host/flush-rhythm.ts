import type { Clock } from '../../foundation/clock.ts';
import type { Handlers } from '../sdk/index.ts';

type Flushing = { readonly handlers: Pick<Handlers, 'flushEveryMs'> };

/** Says whether an extension's `flush` is due, by the wall time since it was called. A clock that was set back makes it due. */
export function flushRhythm({ wallMs }: Pick<Clock, 'wallMs'>) {
  const begunAtMs = wallMs();
  const calledAtMs = new WeakMap<Flushing, number>();
  return {
    isDue(extension: Flushing): boolean {
      const sinceMs = wallMs() - (calledAtMs.get(extension) ?? begunAtMs);
      return sinceMs < 0 || sinceMs >= (extension.handlers.flushEveryMs ?? USUAL_MS);
    },
    flushed(extension: Flushing): void {
      calledAtMs.set(extension, wallMs());
    },
  };
}

export const USUAL_MS = 10_000;
