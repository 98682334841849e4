import type { Evaluation } from './evaluation.ts';
import type { Flags } from './flag.ts';
import { parseFlagDocument } from './ion-document.ts';

/** For tests: a document of flags. */
export function readFlags(text: string, onProblem: (problem: string) => void): Promise<Flags> {
  return parseFlagDocument(text, { onProblem, onStep: () => undefined });
}

/** For rules whose time does not matter. */
export const withoutEnd: Evaluation = { spend: () => undefined, within: (work) => work() };
