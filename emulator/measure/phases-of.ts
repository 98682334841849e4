import type { Phase } from '../../measure/index.ts';
import type { TimelineEntry } from '../environment/watching.ts';

/** The first init and invocation of a timeline: what each process did in them, in milliseconds since the call. */
export function phasesOf(timeline: readonly TimelineEntry[]): Phase[] {
  const began = timeline.find(({ kind, name }) => kind === 'phase' && name === 'init')?.atMs ?? 0;
  const phases: Phase[] = [];
  const open = new Map<string, { name: string; fromMs: number }>();
  const begin = (of: string, name: string, fromMs: number) => open.set(of, { name, fromMs });
  const end = (of: string, toMs: number) => {
    const phase = open.get(of);
    if (phase && open.delete(of)) phases.push({ of, ...phase, toMs });
  };
  for (const entry of timeline) {
    const atMs = entry.atMs - began;
    const { kind, name, detail } = entry;
    if (kind === 'effect' && name === 'launch') begin(String(detail), 'init', atMs);
    if (kind === 'event' && name === 'extension-next') end(String(detail), atMs);
    if (kind === 'event' && name === 'runtime-next') end('runtime', atMs);
    if (kind === 'phase' && name === 'invoke') {
      for (const process of new Set(phases.map(({ of }) => of))) begin(process, 'invoke', atMs);
    }
    if (kind === 'phase' && name === 'idle') break;
  }
  return phases.toSorted((one, other) => one.fromMs - other.fromMs);
}
