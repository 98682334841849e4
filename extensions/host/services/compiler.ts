/**
 * Which of V8's compilers work in this process. Changed only after the start: V8 takes no code from a cache that was made with
 * other flags, Node's own modules included, so that whatever is loaded later takes longer.
 */
export interface Compiler {
  /**
   * Does without V8's optimising compiler, which takes more CPU time than it saves for what runs some ten thousand times in
   * the life of an environment: a fifth of that of 1,000 log lines, or of 20,000. To be called when all modules are loaded.
   */
  expectFewRuns(): void;
  /**
   * Lets V8 prefer memory to speed: no middle tier, whose jobs leave some 20 MB behind, and a heap that grows by a fifth
   * rather than by half before it is cleared. To be called after each answer of AWS.
   */
  saveMemory(): void;
}

export function compilerOfThisProcess(): Compiler {
  let isForFewRuns = false;
  let isPlanned = false;

  /** Answers from memory take as long as before, since hot code still reaches the upper tier; a call to AWS takes 0.1 ms more. */
  function saveMemory(): void {
    void setFlags(isForFewRuns ? [SMALL_HEAP] : [SMALL_HEAP, '--no-maglev']);
  }

  return {
    expectFewRuns() {
      if (isForFewRuns) return;
      isForFewRuns = true;
      void setFlags(['--maglev', '--no-turbofan', '--invocation-count-for-maglev=2000']);
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

async function setFlags(flags: readonly string[]): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  for (const flag of flags) setFlagsFromString(flag);
}

const SMALL_HEAP = '--heap-growing-percent=20';
const AFTER_THE_ANSWER_MS = 100;
