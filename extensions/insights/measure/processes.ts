import { readdirSync, readFileSync } from 'node:fs';
import { TICK_MS } from './cpu.ts';
import { residentOfStatus } from './memory.ts';
import { readOnce } from './small-file.ts';

export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly threads: number;
  /** With what its children had used when it waited for them. */
  readonly userMs: number;
  readonly systemMs: number;
  /** Open file descriptors; undefined where another user's may not be counted. */
  readonly fds: number | undefined;
  readonly fdLimit: number | undefined;
}

/**
 * Lists the processes of the environment.
 * @param proc where /proc is.
 * @param belongs looks at the variables of a process; without it all processes count, as in Lambda's own machine.
 */
export function processScanner(proc: string, belongs?: (environ: string) => boolean): () => ProcessFacts[] {
  /** By pid and start time, since a pid is used again. */
  let known = new Map<string, Known>();
  /** A machine that others use has hundreds, and one look must not cost milliseconds. */
  let others = new Set<number>();

  return () => {
    const seen = new Map<string, Known>();
    const pids = pidsIn(proc);
    others = new Set(pids.filter((pid) => others.has(pid)));
    const facts = pids.flatMap((pid) => {
      if (others.has(pid)) return [];
      const stat = readOnce(`${proc}/${pid}/stat`);
      const fields = stat === undefined ? undefined : fieldsOf(stat);
      if (fields === undefined) return [];
      const key = `${pid}:${fields.startTime}`;
      const what = known.get(key) ?? lookAt(`${proc}/${pid}`, belongs);
      seen.set(key, what);
      if (!what.isOurs) {
        others.add(pid);
        return [];
      }
      const { startTime, ...rest } = fields;
      return [{ pid, ...rest, fds: entriesOf(`${proc}/${pid}/fd`), fdLimit: what.fdLimit }];
    });
    known = seen;
    return facts;
  };
}

interface Known {
  readonly isOurs: boolean;
  readonly fdLimit: number | undefined;
}

function lookAt(folder: string, belongs: ((environ: string) => boolean) | undefined): Known {
  const isOurs = belongs === undefined || belongs(environOf(folder));
  const limits = isOurs ? readOnce(`${folder}/limits`) : undefined;
  const fdLimit = limits === undefined ? undefined : /^Max open files +(\d+)/m.exec(limits)?.[1];
  return { isOurs, fdLimit: fdLimit === undefined ? undefined : Number(fdLimit) };
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name may hold blanks and brackets. */
function fieldsOf(stat: string) {
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const at = (number: number) => Number(fields[number - FIRST_AFTER_NAME]);
  const startTime = at(22);
  if (end === -1 || Number.isNaN(startTime)) return undefined;
  return {
    name: stat.slice(stat.indexOf('(') + 1, end),
    parent: at(4),
    threads: at(20),
    userMs: (at(14) + at(16)) * TICK_MS,
    systemMs: (at(15) + at(17)) * TICK_MS,
    startTime,
  };
}

/** The variables that a process was started with; empty where they may not be read. */
export function environOf(folder: string): string {
  try {
    return readFileSync(`${folder}/environ`, 'latin1');
  } catch {
    return '';
  }
}

export function residentBytesOf(proc: string, pid: number | 'self'): number | undefined {
  const status = readOnce(`${proc}/${pid}/status`);
  return status === undefined ? undefined : residentOfStatus(status);
}

function pidsIn(proc: string): number[] {
  try {
    return readdirSync(proc).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function entriesOf(folder: string): number | undefined {
  try {
    return readdirSync(folder).length;
  } catch {
    return undefined;
  }
}

const FIRST_AFTER_NAME = 3;
