import type { Origin, Signal } from '../items/item.ts';
import { globs } from './glob.ts';
import { type Match, type Route, toList } from './route.ts';

/** Whether the routes can send any of these signals from that origin. */
export function isOriginWanted(routes: readonly Route[], origin: Origin, signals = SIGNALS): boolean {
  const left = new Set(signals);
  for (const { match = {}, drop = false, to } of routes) {
    for (const signal of left) {
      const verdict = judge(match, origin, signal);
      if (verdict === 'never') continue;
      if (drop && verdict === 'always') left.delete(signal);
      if (!drop && to !== undefined) return true;
    }
  }
  return left.size > 0;
}

type Verdict = 'always' | 'perhaps' | 'never';

/** What an item's origin and signal alone say about a match. */
function judge({ signal, origin, type, not, ...conditions }: Match, itsOrigin: Origin, itsSignal: Signal): Verdict {
  const verdicts = [
    judgeWord(signal, itsSignal),
    judgeWord(origin, itsOrigin),
    type === undefined ? 'always' : judgeType(type, itsOrigin),
    not === undefined ? 'always' : OPPOSITES[judge(not, itsOrigin, itsSignal)],
    Object.keys(conditions).length === 0 ? 'always' : 'perhaps',
  ] as const;
  if (verdicts.includes('never')) return 'never';
  return verdicts.includes('perhaps') ? 'perhaps' : 'always';
}

function judgeWord(wanted: string | readonly string[] | undefined, word: string): Verdict {
  return wanted === undefined || toList(wanted).includes(word) ? 'always' : 'never';
}

/** Items of functions and of extensions have one type each, which is the name of the origin. */
function judgeType(patterns: string | readonly string[], origin: Origin): Verdict {
  if (origin !== 'function' && origin !== 'extension') return 'perhaps';
  return globs(patterns)(origin) ? 'always' : 'never';
}

const SIGNALS: readonly Signal[] = ['logs', 'metrics', 'traces'];
const OPPOSITES = { always: 'never', perhaps: 'perhaps', never: 'always' } as const;
