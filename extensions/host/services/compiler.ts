import type { CompilerService } from '../../sdk/index.ts';

/**
 * Which of V8's compilers work in this process. Changed only after the start: V8 takes no code from a cache that was made with
 * other flags, Node's own modules included, so that whatever is loaded later takes longer.
 */
export function compilerService(): { service: CompilerService; saveMemory(): void } {
  let isForFewRuns = false;
  let isPlanned = false;

  /** Answers from memory take as long as before, since what is hot still reaches the upper tier; a call to AWS takes 0.1 ms more. */
  function saveMemory(): void {
    void setFlags(isForFewRuns ? [SMALL_HEAP] : [SMALL_HEAP, '--no-maglev']);
  }

  return {
    service: {
      expectFewRuns() {
        if (isForFewRuns) return;
        isForFewRuns = true;
        void setFlags(['--maglev', '--no-turbofan', '--invocation-count-for-maglev=2000']);
      },
    },
    /**
     * Once called, lets V8 prefer memory to speed: no middle tier, whose jobs leave some 20 MB behind, and a heap that grows by a fifth
     * rather than by half before it is cleared.
     */
    saveMemory() {
      if (isPlanned) return;
      isPlanned = true;
      setTimeout(saveMemory, AFTER_THE_ANSWER_MS).unref();
    },
  };
}

async function setFlags(flags: readonly string[]): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  for (const flag of flags) setFlagsFromString(flag);
}

const SMALL_HEAP = '--heap-growing-percent=20';
const AFTER_THE_ANSWER_MS = 100;
