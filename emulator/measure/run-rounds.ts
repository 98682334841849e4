import { FEWEST_ROUNDS, isNarrow, type Subject } from '../../measure/index.ts';
import type { EmulatorOptions } from '../settings.ts';
import { type Life, liveOnce } from './live-once.ts';
import type { SubjectFolder } from './subjects.ts';

export interface RoundsPlan {
  readonly options: EmulatorOptions;
  readonly folders: readonly SubjectFolder[];
  readonly events: readonly unknown[];
  readonly warmInvocations: number;
  readonly pauseMs: number;
  /** The most rounds. */
  readonly rounds: number;
  /** How narrow the interval of the first answer has to be, as a part of it. */
  readonly precision: number;
  /** No round begins after that. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
  /** Tells what share of the work is done, at most, and how many rounds are. */
  onProgress(done: number, round: number): void;
}

export interface Rounds {
  readonly subjects: readonly Subject[];
  readonly rounds: number;
  readonly endedBecause: string;
}

/**
 * Runs each subject once a round, in reverse order every second round, after a round that warms the machine's files up. Ends when the
 * intervals are narrow, or with the rounds, the time or the signal; what was measured until then counts.
 */
export async function runRounds(plan: RoundsPlan): Promise<Rounds> {
  const beganAt = performance.now();
  const lives = plan.folders.map((): Life[] => []);
  const live = (folder: SubjectFolder, round: number) =>
    liveOnce({ ...plan, options: { ...plan.options, optDir: folder.optDir }, round });
  for (const folder of plan.folders) if (!plan.signal.aborted) await live(folder, -1);

  let round = 0;
  let endedBecause = `${plan.rounds} rounds were done`;
  for (; round < plan.rounds && !plan.signal.aborted; round++) {
    const passed = (performance.now() - beganAt) / plan.budgetMs;
    plan.onProgress(Math.max(passed, round / plan.rounds), round);
    if (passed >= 1 && round > 0) {
      endedBecause = 'the time was up';
      break;
    }
    if (round >= FEWEST_ROUNDS && isNarrow(subjectsOf(plan.folders, lives), plan.precision)) {
      endedBecause = 'the intervals were narrow enough';
      break;
    }
    const order = plan.folders.map((folder, at) => ({ folder, at }));
    for (const { folder, at } of round % 2 === 0 ? order : order.toReversed()) {
      if (!plan.signal.aborted) lives[at]?.push(await live(folder, round));
    }
    // An unfinished round is no round.
    if (plan.signal.aborted) break;
  }
  if (plan.signal.aborted) endedBecause = 'it was interrupted';
  plan.onProgress(1, round);
  return { subjects: subjectsOf(plan.folders, lives), rounds: round, endedBecause };
}

function subjectsOf(folders: readonly SubjectFolder[], lives: readonly (readonly Life[])[]): Subject[] {
  return folders.map(({ name }, at) => {
    const own = lives[at] ?? [];
    return {
      name,
      reports: own.flatMap(({ reports }) => reports),
      processes: own.flatMap(({ processes }) => processes),
      phases: (own.findLast(({ failures }) => failures.length === 0) ?? own.at(-1))?.phases ?? [],
      failures: [...new Set(own.flatMap(({ failures }) => failures))],
    };
  });
}
