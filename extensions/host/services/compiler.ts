/**
 * Which of V8's compilers work in this process. V8 takes no code from a cache that was made with other flags, Node's own modules
 * included, and what is loaded then takes twice as long. So the flags are changed after the start, and each load has the usual ones.
 */
export interface Compiler {
  /**
   * Does without V8's optimising compiler, which takes more CPU time than it saves for what runs some ten thousand times in
   * the life of an environment: a fifth of that of 1,000 log lines, or of 20,000.
   */
  expectFewRuns(): void;
  /**
   * Lets V8 prefer memory to speed: no middle tier, whose jobs leave some 20 MB behind, and a heap that grows by a fifth
   * rather than by half before it is cleared. To be called after each answer of AWS.
   */
  saveMemory(): void;
}

/** @param loadWithin takes what is done around each load. Default: loads are not known here. */
export function compilerOfThisProcess(
  loadWithin: (around: <T>(load: () => T) => T) => void = () => undefined,
): Compiler {
  const changed: Change[] = [];
  let isForFewRuns = false;
  let isPlanned = false;
  let loads = 0;

  function change(...changes: readonly Change[]): void {
    changed.push(...changes);
    set(changes.map(({ ours }) => ours));
  }

  /** A load may lead to others. */
  function withUsualFlags<T>(load: () => T): T {
    if (changed.length === 0 || loads > 0) return load();
    loads += 1;
    set(changed.map(({ usual }) => usual));
    try {
      return load();
    } finally {
      loads -= 1;
      set(changed.map(({ ours }) => ours));
    }
  }

  /** Answers from memory take as long as before, since hot code still reaches the upper tier; a call to AWS takes 0.1 ms more. */
  function saveMemory(): void {
    change(SMALL_HEAP, ...(isForFewRuns ? [] : [NO_MIDDLE_TIER]));
  }

  loadWithin(withUsualFlags);
  return {
    expectFewRuns() {
      if (isForFewRuns) return;
      isForFewRuns = true;
      change(NO_UPPER_TIER, LATE_MIDDLE_TIER);
    },
    saveMemory() {
      if (isPlanned) return;
      isPlanned = true;
      setTimeout(saveMemory, AFTER_THE_ANSWER_MS).unref();
    },
  };
}

/** V8 takes no code from a cache that was made with other flags: who makes one changes none. */
export const unchangedCompiler: Compiler = { expectFewRuns: () => undefined, saveMemory: () => undefined };

function set(flags: readonly string[]): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  for (const flag of flags) setFlagsFromString(flag);
}

/** A flag, and V8's default. */
interface Change {
  readonly ours: string;
  readonly usual: string;
}

const NO_UPPER_TIER: Change = { ours: '--no-turbofan', usual: '--turbofan' };
const LATE_MIDDLE_TIER: Change = {
  ours: '--invocation-count-for-maglev=2000',
  usual: '--invocation-count-for-maglev=400',
};
const NO_MIDDLE_TIER: Change = { ours: '--no-maglev', usual: '--maglev' };
const SMALL_HEAP: Change = { ours: '--heap-growing-percent=20', usual: '--heap-growing-percent=0' };
const AFTER_THE_ANSWER_MS = 100;
