import { type CpuTime, cpuOfCgroup, cpuOfStat, cpusOfCgroup } from './cpu.ts';
import { cpuOfProcesses } from './cpu-of-processes.ts';
import { numberIn, usedOfMeminfo } from './memory.ts';
import { environOf, type ProcessFacts, processScanner, residentBytesOf } from './processes.ts';
import { readOnce, smallFile } from './small-file.ts';

/** Where to look; recorded trees in tests. */
export interface Roots {
  readonly proc: string;
  /** Of version 2. */
  readonly cgroup: string;
  readonly tmp: string;
}

export const realRoots: Roots = { proc: '/proc', cgroup: '/sys/fs/cgroup', tmp: '/tmp' };

/** Where the environment is: Lambda's own machine, a container on a managed instance, or the emulator's machine. */
export type Place = 'microvm' | 'managed-instance' | 'emulator';

export interface Sources {
  /** Since some point in the past. `undefined` is unknown, in all of these. */
  cpu(): CpuTime | undefined;
  /** The CPUs that `cpu` can use at once. */
  cpus(): number;
  /** What the environment uses now. */
  memoryBytes(): number | undefined;
  /** The processes of the environment. */
  processes(): ProcessFacts[];
}

/**
 * A microVM runs nothing but the environment, so /proc counts it. On a managed instance and in a container /proc shows the
 * host: there a cgroup with a limit of its own counts, else the processes that share our Runtime API.
 */
export function sourcesOf(place: Place, { proc, cgroup }: Roots, machineCpus: number): Sources {
  const ofMachine = machineSources(proc, machineCpus);
  if (place === 'microvm') return { ...ofMachine, processes: processScanner(proc) };
  if (place === 'managed-instance') {
    const ofGroup = cgroupSources(cgroup, machineCpus);
    return { ...(ofGroup ?? ofMachine), processes: processScanner(proc) };
  }
  return processSources(proc, machineCpus);
}

/** The sums of the processes with our Runtime API, as the latest look found them. */
function processSources(proc: string, machineCpus: number): Sources {
  const api = runtimeApiOf(environOf(`${proc}/self`));
  const scan = processScanner(proc, (environ) => api !== undefined && runtimeApiOf(environ) === api);
  const sum = cpuOfProcesses();
  let latest: ProcessFacts[] = [];
  const look = () => {
    latest = scan();
    return latest;
  };
  return {
    cpu() {
      const processes = look();
      return processes.length === 0 ? undefined : sum(processes);
    },
    cpus: () => machineCpus,
    memoryBytes() {
      const sizes = latest.flatMap(({ pid }) => residentBytesOf(proc, pid) ?? []);
      return sizes.length === 0 ? undefined : sizes.reduce((total, size) => total + size, 0);
    },
    processes: look,
  };
}

function machineSources(proc: string, machineCpus: number): Omit<Sources, 'processes'> {
  const stat = smallFile(`${proc}/stat`);
  const meminfo = smallFile(`${proc}/meminfo`, FIRST_LINES_BYTES);
  return {
    cpu: () => whenRead(stat(), cpuOfStat),
    cpus: () => machineCpus,
    memoryBytes: () => whenRead(meminfo(), usedOfMeminfo),
  };
}

/** `undefined` where the cgroup is that of the whole machine, or of the older version. */
function cgroupSources(cgroup: string, machineCpus: number): Omit<Sources, 'processes'> | undefined {
  if (whenRead(readOnce(`${cgroup}/memory.max`), numberIn) === undefined) return undefined;
  const stat = smallFile(`${cgroup}/cpu.stat`);
  const memory = smallFile(`${cgroup}/memory.current`);
  return {
    cpu: () => whenRead(stat(), cpuOfCgroup),
    cpus: () => whenRead(readOnce(`${cgroup}/cpu.max`), cpusOfCgroup) ?? machineCpus,
    memoryBytes: () => whenRead(memory(), numberIn),
  };
}

function whenRead<T>(text: string | undefined, parse: (text: string) => T | undefined): T | undefined {
  return text === undefined ? undefined : parse(text);
}

function runtimeApiOf(environ: string): string | undefined {
  return /(?:^|\0)AWS_LAMBDA_RUNTIME_API=([^\0]+)/.exec(environ)?.[1];
}

/** MemTotal, MemFree and MemAvailable. The file is read 20 times a second on managed instances. */
const FIRST_LINES_BYTES = 128;
