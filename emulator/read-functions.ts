import { type DevFlags, type FunctionOptions, readFlags } from './command-line.ts';
import { readFunctionsFile } from './functions-file.ts';

/**
 * The functions that the command runs: those of `--config`, or the one that the flags describe.
 * @throws Error with all that is wrong, one line each.
 */
export function readFunctions(
  flags: DevFlags,
  shell: Readonly<Record<string, string | undefined>>,
): readonly FunctionOptions[] {
  const read = (given: DevFlags): FunctionOptions => {
    const { options, problems } = readFlags(given, shell);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return options;
  };
  if (flags.config === undefined) return [read(flags)];
  if (flags.http !== undefined) throw new Error('--http is for one function. Put "http" into the file of --config.');
  return readFunctionsFile(String(flags.config), (functionName) => read({ ...flags, functionName }));
}
