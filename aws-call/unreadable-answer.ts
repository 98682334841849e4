/** AWS answered 200, but not what its API promises. The message quotes nothing of the answer, which may hold a secret. */
export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswer';
  readonly code = 'UnreadableAnswer';

  /** @param why e.g. `there is no Name`. */
  constructor(why: string) {
    super(`AWS sent an unreadable answer: ${why}`);
  }
}

/** By its name: the AWS SDK's bundle has this file, too, and so a class of its own. */
export function isUnreadableAnswer(error: unknown): error is UnreadableAnswerError {
  return error instanceof Error && error.name === 'UnreadableAnswer';
}
