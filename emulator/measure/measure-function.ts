import { cpus, totalmem } from 'node:os';
import { readTextSync } from '../../foundation/read-text.ts';
import { VERSION } from '../../foundation/version.ts';
import { type Comparison, compare, type Traffic } from '../../measure/index.ts';
import { type DevFlags, type FunctionOptions, readFlags } from '../command-line.ts';
import { NO_SERVER } from '../function-flags.ts';
import { PACKAGED_OPT } from '../own-files.ts';
import { createProgress, type ProgressOutput } from './progress.ts';
import { runRounds } from './run-rounds.ts';
import { subjectFolders } from './subjects.ts';
import { all } from './traffic.ts';

export interface MeasureFunctionFlags {
  readonly with?: unknown;
  readonly event?: unknown;
  readonly rounds?: unknown;
  readonly warm?: unknown;
  readonly pause?: unknown;
  readonly time?: unknown;
  readonly precision?: unknown;
}

export interface Surroundings {
  readonly shell: Readonly<Record<string, string | undefined>>;
  readonly progress: ProgressOutput;
  /** Ends the measurement after the current environment. What was measured until then counts. */
  readonly signal: AbortSignal;
}

/**
 * Runs the function on the emulator with each set of extensions, in turn.
 * @throws Error with all that is wrong with the flags.
 */
export async function measureFunction(
  flags: DevFlags & MeasureFunctionFlags,
  traffic: Traffic,
  { shell, progress: output, signal }: Surroundings,
): Promise<Comparison> {
  const options = readOptions(flags, shell);
  const plan = {
    rounds: number('--rounds', flags.rounds ?? 50, 1, 10_000),
    warmInvocations: number('--warm', flags.warm ?? 10, 0, 10_000),
    pauseMs: number('--pause', flags.pause ?? 0, 0, 3_600) * SECOND,
    budgetMs: number('--time', flags.time ?? 120, 1, 86_400) * SECOND,
    precision: number('--precision', String(flags.precision ?? 5).replace(/\s*%$/, ''), 0, 100) / 100,
    events: readEvents(flags.event),
  };
  const optDir = options.optDir ?? PACKAGED_OPT;
  using subjects = subjectFolders(
    flags.with === undefined && optDir === 'none' ? ['none'] : withWords(flags.with),
    optDir,
  );
  const progress = createProgress(output, () => performance.now());
  const {
    subjects: measured,
    rounds,
    endedBecause,
  } = await runRounds({
    ...plan,
    options,
    folders: subjects.folders,
    signal,
    onProgress: progress.show,
  });
  progress.end();
  return compare(
    measured,
    {
      by: `the emulator of lambda-node-extended ${VERSION} with Node.js ${process.versions.node}`,
      machine: `${cpus().length} cores (${cpus()[0]?.model.trim()})`,
      memoryMB: options.memoryMB ?? 0,
      cpuLimitedBy: 'nobody, so on Lambda a start takes longer',
      memoryLimitedBy: 'nobody',
      rounds,
      warmInvocations: plan.warmInvocations,
      endedBecause,
    },
    { coldShare: USUAL_COLD_SHARE, ...traffic },
  );
}

function readOptions(flags: DevFlags, shell: Surroundings['shell']): FunctionOptions {
  const { options, problems } = readFlags({ ...NO_SERVER, ...flags, http: undefined }, shell);
  if (flags.config !== undefined) problems.push('--config has several functions: name one by --function-dir.');
  if (options.initializationType !== 'on-demand')
    problems.push(
      `--init-type is "${options.initializationType}": expected on-demand. Others are measured on Lambda, by --reports.`,
    );
  const machineMB = Math.floor(totalmem() / 1_000_000);
  if ((options.memoryMB ?? 0) > machineMB)
    problems.push(`--memory is "${options.memoryMB}": this machine has ${machineMB} MB.`);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return options;
}

/** What is compared with comes first. */
function withWords(given: unknown): readonly string[] {
  const words = all(given).flatMap((word) => word.split(',').map((one) => one.trim()));
  if (words.length === 0) return ['none', 'all'];
  return words.includes('none') || (words.length > 1 && !words.includes('each')) ? words : ['none', ...words];
}

function readEvents(files: unknown): unknown[] {
  const events = all(files).map((file) => {
    try {
      return JSON.parse(readTextSync(file));
    } catch (error) {
      throw new Error(`--event is "${file}": ${(error as Error).message}.`);
    }
  });
  return events.length > 0 ? events : [{}];
}

function number(flag: string, value: unknown, from: number, to: number): number {
  const read = Number(value);
  if (!(read >= from && read <= to)) throw new Error(`${flag} is "${value}": expected a number from ${from} to ${to}.`);
  return read;
}

const SECOND = 1_000;
/** Where nothing else is known: one invocation in a hundred starts an environment. */
const USUAL_COLD_SHARE = 0.01;
