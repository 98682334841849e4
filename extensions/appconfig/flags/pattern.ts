import type { Evaluation } from './evaluation.ts';
import { inLinearEngine } from './linear-engine.ts';

/** Whether a pattern is found anywhere in a text. */
export type Match = (text: string, evaluation: Evaluation) => boolean;

/**
 * Compiles the patterns of a rule, which are in RE2 syntax, as of Go, in which AWS's agent is written. Two engines search, and
 * neither ever goes back in the text, so no context can hang the process: V8's for the usual patterns, and for all others the package
 * `re2js`, which takes some megabytes and is loaded when `ready` finds that it is needed (docs/benchmarks.md).
 */
export function patternCompiler() {
  const waiting: ((engine: typeof import('./re2.ts')) => void)[] = [];
  return {
    /** The match must not be called before `ready`. */
    compile(pattern: string): Match {
      const linear = inLinearEngine(pattern);
      if (linear !== undefined) return matchOf(pattern.length, (text) => linear.test(text));
      let match: Match | undefined;
      waiting.push(({ re2 }) => {
        const { size, isFoundIn } = re2(pattern);
        match = matchOf(size, isFoundIn);
      });
      return (text, evaluation) => match?.(text, evaluation) ?? false;
    },

    /** @throws for a pattern that is not RE2; the message says why. */
    async ready(): Promise<void> {
      if (waiting.length === 0) return;
      const engine = await import('./re2.ts');
      for (const compileBy of waiting.splice(0)) compileBy(engine);
    },
  };
}

export type PatternCompiler = ReturnType<typeof patternCompiler>;

/** @param size of the pattern, in steps of the engine: a search takes at most so many steps a character. */
function matchOf(size: number, isFoundIn: (text: string) => boolean): Match {
  return (text, evaluation) => {
    const steps = text.length * size;
    evaluation.spend(steps);
    return steps < LONG_SEARCH ? isFoundIn(text) : evaluation.within(() => isFoundIn(text));
  };
}

/** A search of fewer steps takes less than a millisecond, and bounding it would cost a tenth of one. */
const LONG_SEARCH = 10_000;
