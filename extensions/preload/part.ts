import type { Environment } from '../../foundation/settings.ts';
import type { InvocationHooks } from '../../lambda-api/invocation-hooks.ts';

/** One thing that the preload can do in the function's own process. Off by default. */
export interface Part {
  readonly name: string;
  readonly switchedOnBy: Switch;
  /** Called once, before the runtime client is loaded. Without `await`: Node.js does not wait for a preload. */
  start(context: PartContext): void;
}

export interface PartContext {
  readonly hooks: InvocationHooks;
  /** That of the process: what a part sets here, the function sees. */
  readonly environment: NodeJS.ProcessEnv;
}

/** A variable, and the words in lower case that switch the part on; without words, any value but `false` does. */
export interface Switch {
  readonly variable: string;
  readonly words?: readonly string[];
}

export function isOn({ variable, words }: Switch, environment: Environment): boolean {
  const value = environment[variable]?.trim().toLowerCase();
  if (!value) return false;
  return words === undefined ? value !== 'false' : words.includes(value);
}

/** What the entry point must know of the parts; read by supervisor/src/entrypoint.rs. */
export function factsOf(parts: readonly Part[]): string {
  const lines = parts.map(({ name, switchedOnBy: { variable, words = [] } }) => [name, variable, ...words].join(' '));
  return ['# name, variable, words that switch it on; from extensions/preload/parts.ts', ...lines, ''].join('\n');
}
