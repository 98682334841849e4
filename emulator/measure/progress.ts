/** Where the progress is printed: a bar on a terminal, a line now and then elsewhere. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** @param done from 0 to 1 */
  show(done: number, round: number): void;
  end(): void;
}

/** @param nowMs The time that passes, for the time left. */
export function createProgress(output: ProgressOutput, nowMs: () => number): Progress {
  const beganAt = nowMs();
  let saidTenths = -1;
  return {
    show(done, round) {
      const leftS = done > 0 ? Math.ceil(((nowMs() - beganAt) * (1 / Math.min(done, 1) - 1)) / 1_000) : undefined;
      const left = leftS === undefined ? '' : `, ${leftS} s left at most`;
      if (output.isTTY) {
        const full = Math.round(Math.min(done, 1) * BAR);
        output.write(`\r\x1b[K[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] round ${round + 1}${left}`);
        return;
      }
      const tenths = Math.floor(done * 10);
      if (tenths === saidTenths) return;
      saidTenths = tenths;
      output.write(`Round ${round + 1}${left}.\n`);
    },
    end() {
      if (output.isTTY) output.write('\r\x1b[K');
    },
  };
}

const BAR = 30;
