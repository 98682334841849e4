import { realpathSync } from 'node:fs';

export type RuntimeClient = 'aws' | 'emulator';

/** Which runtime client a process runs, by its main script; `undefined` where it runs something else. */
export function runtimeClientOf(mainScript: string | undefined): RuntimeClient | undefined {
  if (mainScript === undefined) return undefined;
  const path = resolved(mainScript);
  if (AWS_CLIENT.test(path)) return 'aws';
  return EMULATOR.test(path) ? 'emulator' : undefined;
}

/** npm links to it from `node_modules/.bin`. */
function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // A script without its ending: neither client is started so.
  }
}

/** Where the base image has it, and where npm puts versions 4 and 3. */
const AWS_CLIENT = /^\/var\/runtime\/index\.mjs$|\/aws-lambda-ric\/(bin\/)?index\.mjs$/;
const EMULATOR = /\/emulator\/node-runtime\/main\.[jt]s$/;
