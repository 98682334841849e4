import { parseEnv } from 'node:util';
import { readTextSync } from '../foundation/read-text.ts';

/**
 * Reads the variables of a function: NAME=value a line, or JSON. JSON is flat, or SAM's file for all functions of a template:
 * an object for each function by its name, and `Parameters` for all of them.
 * @param isForOthers Whether it may have variables of other functions alone.
 * @throws Error with what is wrong with the file.
 */
export function readEnvFile(file: string, functionName: string, isForOthers = false): Record<string, string> {
  const text = readTextSync(file);
  return text.trimStart().startsWith('{')
    ? variablesOfJson(JSON.parse(text), functionName, isForOthers)
    : (parseEnv(text) as Record<string, string>);
}

/** @throws Error if the file has variables, but none for this function, unless they may be for others. */
export function variablesOfJson(
  json: Record<string, unknown>,
  functionName: string,
  isForOthers = false,
): Record<string, string> {
  const groups = Object.entries(json).filter(([, value]) => typeof value === 'object' && value !== null);
  if (groups.length === 0) return texts(json);
  const { Parameters: common, [functionName]: own } = Object.fromEntries(groups) as Record<string, object | undefined>;
  if (own === undefined && common === undefined && !isForOthers) {
    const names = groups.map(([name]) => name).join(', ');
    throw new Error(`it has variables for ${names}, not for "${functionName}". Choose one by --function-name`);
  }
  return texts({ ...common, ...own });
}

/** As SAM writes them. */
function texts(values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === null ? '' : String(value)]));
}
