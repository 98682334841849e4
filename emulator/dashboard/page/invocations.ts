import type { TimelineEntry } from '../../environment/watching.ts';
import { create, element } from './elements.ts';
import { type InvocationBars, invocationReader } from './invocation-bars.ts';

const ROW_PX = 16;
const MOST_SHOWN = 200;

/** The latest invocations, each as bars by process. */
export function createInvocations() {
  const list = element('invocations');
  const readers = new Map<number, (entry: TimelineEntry) => void>();
  const show = (invocation: InvocationBars) => {
    list.prepend(rowOf(invocation));
    if (list.childElementCount > MOST_SHOWN) list.lastElementChild?.remove();
  };
  return {
    add(environment: number, entry: TimelineEntry): void {
      const reader = readers.get(environment) ?? invocationReader(show);
      readers.set(environment, reader);
      reader(entry);
    },
    clear(): void {
      readers.clear();
      list.replaceChildren();
    },
  };
}

function rowOf({ requestId, bars, durationMs }: InvocationBars): HTMLElement {
  const row = create('div', 'invocation');
  const label = create('div', '', `${durationMs.toFixed(1)} ms`);
  label.title = requestId;
  const plot = create('div', 'bars');
  const processes = [...new Set(bars.map(({ process }) => process))];
  plot.style.height = `${processes.length * ROW_PX}px`;
  for (const process of processes) {
    const name = create('span', 'bar-name', process);
    name.style.top = `${processes.indexOf(process) * ROW_PX}px`;
    plot.append(name);
  }
  for (const { process, phase, fromMs, toMs } of bars) {
    const bar = create('div', `bar ${phase}`);
    bar.style.top = `${processes.indexOf(process) * ROW_PX + 2}px`;
    bar.style.left = `calc(9rem + (100% - 9rem) * ${fromMs / durationMs})`;
    bar.style.width = `calc((100% - 9rem) * ${(toMs - fromMs) / durationMs})`;
    bar.title = `${process}, ${phase}: ${fromMs.toFixed(1)} to ${toMs.toFixed(1)} ms`;
    bar.setAttribute('role', 'img');
    bar.setAttribute('aria-label', bar.title);
    plot.append(bar);
  }
  row.append(label, plot);
  return row;
}
