import type { Arbitrary } from 'fast-check';

/** Code of ours that reads what others wrote. */
export interface Parser<Input> {
  /** What it reads, as docs/reliability.md names it. */
  readonly name: string;
  readonly inputs: Arbitrary<Input>;
  /** Makes what reads one input after the other; state that lives as long as a process lives as long as this. */
  start(): (input: Input) => unknown;
  /** Whether an error is the documented answer to a bad input. Without it, every error is a crash. */
  refuses?(error: unknown): boolean;
}

/** A catalog holds parsers of many inputs; each is only ever given its own. */
export function parser<Input>(one: Parser<Input>): Parser<never> {
  return one as unknown as Parser<never>;
}
