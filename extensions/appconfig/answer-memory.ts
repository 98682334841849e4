import type { Answer } from './answer.ts';

/** Flags are asked for with the same few contexts again and again: what was evaluated once is not evaluated again. */
export class AnswerMemory {
  readonly #answers = new Map<string, Answer>();
  #characters = 0;

  /** The answer of that key, made when it is not there. All are forgotten when there is no more room. */
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
