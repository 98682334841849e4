import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

/** A folder `/opt` to measure the function with. */
export interface SubjectFolder {
  readonly name: string;
  readonly optDir: string;
}

export interface SubjectFolders extends Disposable {
  readonly folders: readonly SubjectFolder[];
}

/**
 * The folders that words of `--with` mean: `none`, `all` (the folder of `--opt-dir`), `each` (every extension of it alone), or the path
 * of another folder. `none` comes first, for the others to be compared with, unless another is named first.
 * @throws Error with what is expected.
 */
export function subjectFolders(words: readonly string[], optDir: string | undefined): SubjectFolders {
  const made: string[] = [];
  const folders = words.flatMap((word): SubjectFolder[] => {
    if (word === 'none') return [{ name: 'none', optDir: 'none' }];
    if (word === 'all' || word === 'each') {
      if (optDir === undefined || optDir === 'none')
        throw new Error(`--with ${word} needs the extensions: add --opt-dir DIR.`);
      if (word === 'all') return [{ name: 'all', optDir }];
      return extensionsOf(optDir).map((extension) => {
        const folder = withOnly(extension, optDir);
        made.push(folder);
        return { name: extension, optDir: folder };
      });
    }
    if (!existsSync(word) || !statSync(word).isDirectory())
      throw new Error(`--with is "${word}": expected none, all, each, or a folder with extensions in it.`);
    return [{ name: basename(resolve(word)), optDir: word }];
  });
  return {
    folders: folders.map((one) => ({ ...one, name: isAmbiguous(one, folders) ? one.optDir : one.name })),
    [Symbol.dispose]() {
      for (const folder of made) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Two folders of the same name, such as `a/opt` and `b/opt`, are told apart by their paths. */
function isAmbiguous({ name, optDir }: SubjectFolder, all: readonly SubjectFolder[]): boolean {
  return all.some((other) => other.name === name && other.optDir !== optDir);
}

function extensionsOf(optDir: string): string[] {
  const folder = join(optDir, 'extensions');
  return existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map(({ name }) => name)
        .sort()
    : [];
}

/** A copy, since the emulator takes a folder as it is. */
function withOnly(extension: string, optDir: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'measure-opt-'));
  const others = new Set(
    extensionsOf(optDir)
      .filter((name) => name !== extension)
      .map((name) => resolve(optDir, 'extensions', name)),
  );
  cpSync(optDir, folder, { recursive: true, verbatimSymlinks: true, filter: (path) => !others.has(resolve(path)) });
  return folder;
}
