import { resolve } from 'node:path';

/** Runs `main` if the file of `meta` was started, not imported. An error prints its message and sets exit status 1. */
export async function whenCalled(meta: ImportMeta, main: (args: string[]) => unknown): Promise<void> {
  if (resolve(process.argv[1] ?? '') !== meta.filename) return;

  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
