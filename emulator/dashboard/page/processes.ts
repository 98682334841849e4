import type { RunningProcess } from '../../emulator-types.ts';
import { button, create, element } from './elements.ts';

export function createProcesses(kill: (environment: number, process: string) => void) {
  const table = element('processes');
  const latest = new Map<number, readonly RunningProcess[]>();
  return {
    clear(): void {
      latest.clear();
      table.replaceChildren();
    },
    show(
      environment: number,
      processes: readonly RunningProcess[],
      nameOf: (environment: number) => string,
      isLive: boolean,
    ): void {
      latest.set(environment, processes);
      table.replaceChildren(
        ...[...latest].flatMap(([index, running]) =>
          running.map((one) => {
            const process = one.process === 'runtime' ? 'runtime' : one.process.extension;
            const row = create('tr', '');
            const cells = [
              nameOf(index),
              process,
              one.cpuMs.toFixed(0),
              one.residentMB.toFixed(1),
              one.privateMB.toFixed(1),
            ];
            row.append(...cells.map((cell) => create('td', '', cell)));
            const last = create('td', '');
            if (isLive) last.append(button('kill', () => kill(index, process)));
            row.append(last);
            return row;
          }),
        ),
      );
    },
  };
}
