import type { TimelineEntry } from '../../environment/watching.ts';
import { type Action, REASONS } from '../action.ts';
import type { Introduction } from '../messages.ts';
import { button, create, element } from './elements.ts';

/** A row of buttons for each environment, and its state. */
export function createEnvironments(act: (environment: number, action: Action) => void) {
  const list = element('environments');
  const states: HTMLElement[] = [];
  return {
    show({ environments }: Introduction, isLive: boolean): void {
      states.length = 0;
      list.replaceChildren(
        ...environments.map(({ name, initializationType }, index) => {
          const row = create('div', 'environment');
          const state = create('span', 'phase', 'cold');
          states.push(state);
          row.append(create('strong', '', name), state);
          if (isLive) row.append(...buttons(index, initializationType));
          return row;
        }),
      );
    },
    change(environment: number, { kind, name }: TimelineEntry): void {
      const state = states[environment];
      if (!state) return;
      if (kind === 'phase') state.textContent = name;
      if (kind === 'effect' && (name === 'freeze' || name === 'thaw'))
        state.classList.toggle('frozen', name === 'freeze');
      if (kind === 'phase' && name === 'cold') state.classList.remove('frozen');
    },
  };

  function buttons(environment: number, initializationType: string): HTMLElement[] {
    const plain = (
      ['init', 'freeze', 'thaw', ...(initializationType === 'snap-start' ? (['restore'] as const) : [])] as const
    ).map((what) => button(what, () => act(environment, { do: what })));
    const ends = REASONS.map((reason) =>
      button(`shut down: ${reason}`, () => act(environment, { do: 'shutdown', reason })),
    );
    return [...plain, ...ends];
  }
}
