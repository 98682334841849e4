import type { Evaluation } from './evaluation.ts';
import type { Flags } from './flag.ts';
import { parseFlagDocument } from './ion-document.ts';

/** For tests: a document of flags, read at once. */
export function readFlags(text: string, onProblem: (problem: string) => void): Flags {
  const steps = parseFlagDocument(text, onProblem);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** For rules whose time does not matter. */
export const withoutEnd: Evaluation = { spend: () => undefined };
