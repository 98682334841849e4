import { create, element } from './elements.ts';
import { type Filter, isShown, type Row } from './rows.ts';

const ROW_PX = 20;
const MOST_ROWS = 200_000;
const MOST_CHARACTERS = 64 * 1_024 * 1_024;

/** Draws only the rows in view, so that a hundred thousand cost no more than fifty. */
export function createStream() {
  const [view, space, list, count] = [element('stream'), element('space'), element('rows'), element('count')];
  let all: Row[] = [];
  let characters = 0;
  let shown: Row[] = [];
  let filter: Filter = { kind: '', search: '' };
  let isDrawing = false;

  const draw = () => {
    isDrawing = false;
    const first = Math.max(0, Math.floor(view.scrollTop / ROW_PX) - 5);
    const rows = shown.slice(first, first + Math.ceil(view.clientHeight / ROW_PX) + 10);
    space.style.height = `${shown.length * ROW_PX}px`;
    list.style.transform = `translateY(${first * ROW_PX}px)`;
    list.replaceChildren(...rows.map(({ kind, text }) => create('li', kind, text)));
    count.textContent = `${shown.length} of ${all.length}`;
  };
  const soon = () => {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(draw);
  };
  view.addEventListener('scroll', soon);
  return {
    add(rows: readonly Row[]): void {
      const isAtEnd = view.scrollTop + view.clientHeight >= view.scrollHeight - 2 * ROW_PX;
      for (const row of rows) {
        all.push(row);
        characters += row.text.length;
        if (isShown(row, filter)) shown.push(row);
      }
      if (all.length > MOST_ROWS || characters > MOST_CHARACTERS) {
        while (all.length > MOST_ROWS || characters > MOST_CHARACTERS) {
          for (const { text } of all.splice(0, Math.ceil(all.length / 10))) characters -= text.length;
        }
        shown = all.filter((row) => isShown(row, filter));
      }
      space.style.height = `${shown.length * ROW_PX}px`;
      if (isAtEnd) view.scrollTop = view.scrollHeight;
      soon();
    },
    filterBy(wanted: Filter): void {
      filter = wanted;
      shown = all.filter((row) => isShown(row, filter));
      view.scrollTop = 0;
      soon();
    },
    clear(): void {
      all = [];
      characters = 0;
      shown = [];
      soon();
    },
  };
}
