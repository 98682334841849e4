import type { Answer } from './answer.ts';

/** Evaluates flags once for each context: functions ask with the same few contexts again and again. */
export class AnswerMemory {
  readonly #answers = new Map<string, Answer>();
  #characters = 0;

  /** The answer of a key, made where there is none. When there is no more room, all answers are forgotten. */
  of(key: string, make: () => Answer): Answer {
    const known = this.#answers.get(key);
    if (known !== undefined) return known;

    const answer = make();
    const characters = key.length + answer.body.length;
    if (characters > MAX_CHARACTERS / 4) return answer;
    if (this.#answers.size >= MAX_ANSWERS || this.#characters + characters > MAX_CHARACTERS) this.#forgetAll();
    this.#answers.set(key, answer);
    this.#characters += characters;
    return answer;
  }

  #forgetAll(): void {
    this.#answers.clear();
    this.#characters = 0;
  }
}

const MAX_ANSWERS = 1_000;
const MAX_CHARACTERS = 1024 * 1024;
