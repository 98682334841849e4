import type { LaunchProblem } from './executable.ts';

/** What to do about a file that the system refuses to start. */
export function hintAtLaunchProblem(who: string, { cause, detail, reason }: LaunchProblem): string {
  switch (cause) {
    case 'missing':
      return `Cannot start ${who} because the file does not exist (${reason}).`;
    case 'dangling-link':
      return `${who} is a link that leads nowhere. Copy the file itself into the folder: a link that leaves the layer breaks on Lambda, too.`;
    case 'not-a-file':
      return `${who} is no regular file, and Lambda starts every entry of the extensions directory that is not a folder. Move it elsewhere.`;
    case 'not-executable':
      return `${who} is not executable, and Lambda starts every file in the extensions directory. Run chmod +x on it, or move it elsewhere.`;
    case 'no-program':
      return `${who} is neither a program nor a script. The first line of a script names its interpreter, as in "#!/bin/sh".`;
    case 'other-architecture':
      return `${who} is a program for ${detail}, and this machine is ${process.arch}. Use the file for ${process.arch}, or build it for this architecture.`;
    case 'carriage-return':
      return `The first line of ${who} ends with a carriage return, so the system looks for the interpreter "${detail}\\r". Save the file with Unix line endings (sed -i 's/\\r$//').`;
    case 'interpreter-missing':
      return `${who} needs "${detail}" to start, and there is no such file. Install it, or correct the first line of the script.`;
    case 'interpreter-not-executable':
      return `${who} needs "${detail}" to start, and that is not executable.`;
    case 'refused':
      return `The system refused to start ${who} (${reason}).`;
    default:
      return cause satisfies never;
  }
}
