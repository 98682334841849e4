import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/** A process of an emulated environment, by what it runs. */
export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** All processes whose variables have this one, such as `AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001`. */
export function processesWith(variable: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable)) return [];
        return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        return []; // It is gone, or another user's.
      }
    });
}

/** What stands around each place of a text in the memory of a process, in any of the ways that ours write it. */
export function findInMemory(pid: number, text: string): string[] {
  const patterns = [Buffer.from(text), Buffer.from(text, 'utf16le'), ...base64Of(text)];
  const longest = Math.max(...patterns.map(({ length }) => length));
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const found: string[] = [];
  try {
    for (const { from, to } of readableRegions(pid)) {
      // Pieces overlap, so that none is cut.
      for (let at = from; at < to; at += PIECE - longest) {
        const piece = pieceOf(memory, at, Math.min(PIECE, to - at));
        for (const pattern of patterns) {
          for (let index = piece.indexOf(pattern); index !== -1; index = piece.indexOf(pattern, index + 1))
            found.push(printable(piece.subarray(Math.max(0, index - 40), index + pattern.length + 40)));
        }
      }
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

function readableRegions(pid: number): { from: number; to: number }[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => /^\S+ r/.test(line) && !/\[(vvar|vsyscall|vdso)/.test(line))
    .map((line) => {
      const [from = '', to = ''] = (line.split(' ')[0] as string).split('-');
      return { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) };
    });
}

function pieceOf(memory: number, at: number, length: number): Buffer {
  const piece = Buffer.allocUnsafe(length);
  try {
    return piece.subarray(0, readSync(memory, piece, 0, length, at));
  } catch {
    return Buffer.alloc(0); // A guard page.
  }
}

/** The text may begin at any byte of what is encoded, so what depends on its neighbours is cut off. */
function base64Of(text: string): Buffer[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from('\0'.repeat(before) + text).toString('base64');
    return Buffer.from(encoded.slice(before === 0 ? 0 : 4, -4));
  });
}

function printable(bytes: Buffer): string {
  return bytes.toString('latin1').replaceAll(/[^ -~]/g, '·');
}

const PIECE = 4 * 1024 * 1024;
