import { accessSync, closeSync, constants, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';

/** Why the system would refuse to start a file. `missing` is also a link that leads nowhere. */
export type LaunchCause =
  | 'missing'
  | 'dangling-link'
  | 'not-a-file'
  | 'not-executable'
  | 'no-program'
  | 'other-architecture'
  | 'carriage-return'
  | 'interpreter-missing'
  | 'interpreter-not-executable'
  | 'refused';

export interface LaunchProblem {
  /** In Go's words, which are Lambda's. */
  readonly reason: string;
  readonly cause: LaunchCause;
  /** The missing interpreter, or the architecture. */
  readonly detail?: string;
}

/**
 * Looks at a file as the kernel would. Node's spawn cannot tell: it runs in a shell what is no program, and a wrapper would turn
 * each refusal into its own exit status. What we may not read is for the kernel to decide.
 * @param seenAs maps a path of the environment to the path where we find it.
 */
export function lookAtExecutable(path: string, seenAs = (inside: string) => inside): LaunchProblem | undefined {
  const refuse = (errno: string, cause: LaunchCause, detail?: string): LaunchProblem => ({
    reason: `fork/exec ${path}: ${errno}`,
    cause,
    ...(detail === undefined ? {} : { detail }),
  });
  const real = seenAs(path);
  const code = errorOf(() => accessSync(real, constants.F_OK));
  if (code === 'ENOENT') return refuse('no such file or directory', isLink(real) ? 'dangling-link' : 'missing');
  if (code === 'ENOTDIR') return refuse('not a directory', 'missing');
  if (code === 'ELOOP') return refuse('too many levels of symbolic links', 'dangling-link');
  // A fifo must not be opened: that would wait for its other end.
  if (code === undefined && !statSync(real).isFile()) return refuse('permission denied', 'not-a-file');
  if (errorOf(() => accessSync(real, constants.X_OK))) return refuse('permission denied', 'not-executable');
  if (process.platform !== 'linux') return undefined;

  const head = readHead(real);
  if (head === undefined) return undefined;
  if (head.subarray(0, 4).equals(ELF)) return lookAtElf(head, seenAs, refuse);
  if (head.subarray(0, 2).toString('latin1') !== '#!') return refuse('exec format error', 'no-program');
  const interpreter = interpreterOf(head.subarray(2, SHEBANG_BYTES));
  if (interpreter === '') return refuse('exec format error', 'no-program');
  return lookAtInterpreter(interpreter, seenAs, refuse);
}

type Refuse = (errno: string, cause: LaunchCause, detail?: string) => LaunchProblem;

function lookAtInterpreter(interpreter: string, seenAs: (path: string) => string, refuse: Refuse) {
  const real = seenAs(interpreter);
  if (errorOf(() => accessSync(real, constants.F_OK))) {
    const isDos = interpreter.endsWith('\r');
    return refuse('no such file or directory', isDos ? 'carriage-return' : 'interpreter-missing', interpreter.trim());
  }
  const isStartable = statSync(real).isFile() && !errorOf(() => accessSync(real, constants.X_OK));
  return isStartable ? undefined : refuse('permission denied', 'interpreter-not-executable', interpreter);
}

/** A binary of this architecture whose dynamic loader exists. */
function lookAtElf(head: Buffer, seenAs: (path: string) => string, refuse: Refuse): LaunchProblem | undefined {
  if (head.length < 64) return refuse('exec format error', 'no-program');
  const machine = head.readUInt16LE(18);
  const architecture = MACHINES[machine];
  const runsHere = architecture === process.arch || (machine === 3 && process.arch === 'x64');
  if (!runsHere && !isTranslated(machine)) {
    return refuse('exec format error', 'other-architecture', architecture ?? `machine ${machine}`);
  }
  const loader = loaderOf(head);
  return loader === undefined || !runsHere ? undefined : lookAtInterpreter(loader, seenAs, refuse);
}

/** The path in the program header of type PT_INTERP, of 64-bit programs. */
function loaderOf(head: Buffer): string | undefined {
  if (head[4] !== 2 || head[5] !== 1) return undefined;
  const [start, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
  for (let at = start; at < start + size * count && at + 40 <= head.length; at += size) {
    if (head.readUInt32LE(at) !== 3) continue;
    const from = Number(head.readBigUInt64LE(at + 8));
    const end = head.indexOf(0, from);
    return end > from ? head.toString('utf8', from, end) : undefined;
  }
  return undefined;
}

/** The first word of the first line, as the kernel cuts it: blanks and tabs part words, and a carriage return is part of one. */
function interpreterOf(bytes: Buffer): string {
  const [line = ''] = bytes.toString().split(/[\n\0]/, 1);
  return /[^ \t]+/.exec(line)?.[0] ?? '';
}

/** Whether the kernel starts programs of this architecture by another program, as QEMU or Rosetta. */
function isTranslated(machine: number): boolean {
  const wanted = TRANSLATORS[machine] ?? [];
  try {
    return readdirSync('/proc/sys/fs/binfmt_misc').some((name) => wanted.includes(name));
  } catch {
    return false;
  }
}

function readHead(path: string): Buffer | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined; // Executable, but not readable for this user.
  }
}

function isLink(path: string): boolean {
  return errorOf(() => lstatSync(path)) === undefined;
}

function errorOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
  }
}

const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
const HEAD_BYTES = 4_096;
/** Linux reads so much for the first line. */
const SHEBANG_BYTES = 256;
const MACHINES: Record<number, string> = { 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64', 243: 'riscv64' };
const TRANSLATORS: Record<number, string[]> = {
  40: ['qemu-arm'],
  62: ['qemu-x86_64', 'rosetta'],
  183: ['qemu-aarch64'],
  243: ['qemu-riscv64'],
};
