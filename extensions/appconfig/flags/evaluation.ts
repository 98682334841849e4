import { withinTime } from '../../../foundation/within-time.ts';

/** How much CPU time the evaluation of one request may take, all its flags together. */
export interface Evaluation {
  /** Takes note of work on so many characters. Throws `EvaluationTooLongError` if the time is used up. */
  spend(characters: number): void;
  /** Does work that may take long by itself. Throws `EvaluationTooLongError` when the time is used up. */
  within<T>(work: () => T): T;
}

/** No answer is better than a wrong variant: the request is answered 500. */
export class EvaluationTooLongError extends Error {
  readonly code = 'EvaluationTooLong';
  override readonly name = 'EvaluationTooLong';
}

export function evaluation(cpuMs = cpuMsOfThisProcess): Evaluation {
  const untilMs = cpuMs() + LONGEST_MS;
  let unchecked = 0;

  function leftMs(): number {
    const left = untilMs - cpuMs();
    if (left < 0)
      throw new EvaluationTooLongError(`the flags take more than ${LONGEST_MS} ms of CPU time for this context`);
    return left;
  }

  return {
    spend(characters) {
      unchecked += characters + CHARACTERS_A_CALL;
      if (unchecked < CHARACTERS_A_CHECK) return;
      unchecked = 0;
      leftMs();
    },
    within(work) {
      // V8 knows wall time alone. Where that passed by without the CPU time, the work begins again.
      for (;;) {
        const done = withinTime(work, Math.ceil(leftMs()) + 1);
        if (done !== undefined) return done.value;
      }
    },
  };
}

/** CPU time, since a function that takes all CPU makes nothing wrong. */
function cpuMsOfThisProcess(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const LONGEST_MS = 200;
/** The clock is read after some 0.1 ms of work. */
const CHARACTERS_A_CHECK = 20_000;
const CHARACTERS_A_CALL = 20;
