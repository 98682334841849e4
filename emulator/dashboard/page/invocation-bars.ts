import type { TimelineEntry } from '../../environment/watching.ts';

export interface Bar {
  readonly process: string;
  readonly phase: 'init' | 'invoke';
  readonly fromMs: number;
  readonly toMs: number;
}

/** One invocation, with the init before it if there was one. Times since its first bar. */
export interface InvocationBars {
  readonly requestId: string;
  readonly bars: readonly Bar[];
  readonly durationMs: number;
}

/** Makes invocations from the timeline of one environment, entry by entry. */
export function invocationReader(onInvocation: (invocation: InvocationBars) => void) {
  const open = new Map<string, { phase: Bar['phase']; fromMs: number }>();
  const processes = new Set<string>();
  let bars: Bar[] = [];
  let requestId = '';

  const end = (process: string, toMs: number) => {
    const bar = open.get(process);
    if (bar && open.delete(process)) bars.push({ process, ...bar, toMs });
  };
  return ({ kind, name, detail = '', atMs }: TimelineEntry): void => {
    if (kind === 'event' && name === 'invoke') requestId = detail;
    if (kind === 'effect' && name === 'launch') {
      processes.add(detail);
      open.set(detail, { phase: 'init', fromMs: atMs });
    }
    if (kind === 'event' && name === 'exited') {
      end(detail, atMs);
      processes.delete(detail);
    }
    if (kind === 'event' && name === 'extension-next') end(detail, atMs);
    if (kind === 'event' && name === 'runtime-next') end('runtime', atMs);
    if (kind !== 'phase') return;
    if (name === 'invoke') for (const process of processes) open.set(process, { phase: 'invoke', fromMs: atMs });
    if (name !== 'idle' && name !== 'cold') return;
    for (const process of [...open.keys()]) end(process, atMs);
    if (bars.length > 0) onInvocation(inOwnTime(requestId, bars));
    bars = [];
  };
}

function inOwnTime(requestId: string, bars: readonly Bar[]): InvocationBars {
  const beganAt = Math.min(...bars.map(({ fromMs }) => fromMs));
  const own = bars.map((bar) => ({ ...bar, fromMs: bar.fromMs - beganAt, toMs: bar.toMs - beganAt }));
  return { requestId, bars: own, durationMs: Math.max(...own.map(({ toMs }) => toMs)) };
}
