/** How much CPU time the evaluation of one request may take. */
export interface Evaluation {
  /** Takes note of work on so many characters. Throws `EvaluationTooLongError` if the time is used up. */
  spend(characters: number): void;
}

/** No answer is better than a wrong variant: the request is answered 500. */
export class EvaluationTooLongError extends Error {
  readonly code = 'EvaluationTooLong';
  override readonly name = 'EvaluationTooLong';
}

export function evaluation(cpuMs = cpuMsOfThisProcess): Evaluation {
  const untilMs = cpuMs() + LONGEST_MS;
  let unchecked = 0;
  return {
    spend(characters) {
      unchecked += characters + CHARACTERS_A_CALL;
      if (unchecked < CHARACTERS_A_CHECK) return;
      unchecked = 0;
      if (cpuMs() > untilMs)
        throw new EvaluationTooLongError(`the flags take more than ${LONGEST_MS} ms of CPU time for this context`);
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
