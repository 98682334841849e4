/**
 * Once called, lets V8 prefer memory to speed: no middle tier of its compiler, whose jobs leave some 20 MB behind, and a heap
 * that grows by a fifth rather than by half before it is cleared. Answers from memory take as long as before, since what is
 * hot still reaches the upper tier; a call to AWS takes 0.1 ms more CPU.
 *
 * To be called after the start: V8 takes no code from a cache that was made with other flags, Node's own modules included,
 * so that whatever is loaded later takes longer.
 */
export function memorySaver(): () => void {
  let isPlanned = false;
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(() => void saveMemory(), AFTER_THE_ANSWER_MS).unref();
  };
}

async function saveMemory(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  for (const flag of ['--no-maglev', '--heap-growing-percent=20']) setFlagsFromString(flag);
}

const AFTER_THE_ANSWER_MS = 100;
