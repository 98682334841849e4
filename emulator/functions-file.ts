import { dirname, resolve } from 'node:path';
import { type OutputUnit, Validator } from '@cfworker/json-schema';
import { readTextSync } from '../foundation/read-text.ts';
import { type FunctionOptions, retryDelays } from './command-line.ts';
import schema from './emulator.schema.json' with { type: 'json' };
import { readEnvFile } from './env-file.ts';
import { problemOfSize } from './environment-size.ts';
import type { Cors } from './http-front/cors.ts';
import { parseJson } from './parse-json.ts';
import { defaultVersion, type EmulatorOptions } from './settings.ts';

/** A function in `emulator.json`; the schema says what each field means. */
export interface FunctionEntry {
  readonly directory: string;
  readonly handler?: string;
  readonly env?: Readonly<Record<string, string | number | boolean>>;
  readonly envFile?: string;
  readonly memory?: number;
  readonly timeout?: number;
  readonly extensions?: string;
  readonly environments?: number;
  readonly version?: string;
  readonly initType?: Exclude<EmulatorOptions['initializationType'], undefined>;
  readonly tenantIsolation?: boolean;
  readonly durable?: boolean;
  readonly concurrency?: number;
  readonly logFormat?: 'Text' | 'JSON';
  readonly whenBusy?: 'wait' | 'reject';
  readonly http?: number | { readonly port?: number; readonly cors?: Cors };
  readonly retryDelay?: number;
  readonly deadLetterFile?: string;
}

/**
 * Reads `emulator.json`.
 * @param defaultsOf What holds for a function where its entry says nothing.
 * @throws Error with all that is wrong with the file.
 */
export function readFunctionsFile(
  file: string,
  defaultsOf: (functionName: string) => FunctionOptions,
): readonly FunctionOptions[] {
  const json: unknown = parse(file);
  const problems = problemsOf(json);
  if (problems.length > 0) throw new Error(problems.map((problem) => `${file}: ${problem}`).join('\n'));
  const { functions } = json as { functions: Record<string, FunctionEntry> };
  const folder = dirname(resolve(file));
  return Object.entries(functions).map(([name, entry]) => toOptions(entry, folder, defaultsOf(name)));
}

/** What the schema refuses, one line each. */
export function problemsOf(json: unknown): string[] {
  const { errors } = new Validator(schema as object, '7', false).validate(json);
  return [...new Set(errors.filter(({ keyword }) => !OUTER.has(keyword)).map(toProblem))];
}

function toOptions(entry: FunctionEntry, folder: string, defaults: FunctionOptions): FunctionOptions {
  const path = (name: string) => resolve(folder, name);
  const { extensions, envFile, deadLetterFile, http } = entry;
  const own = {
    ...(envFile === undefined ? {} : readEnvFile(path(envFile), defaults.functionName, true)),
    ...Object.fromEntries(Object.entries(entry.env ?? {}).map(([name, value]) => [name, String(value)])),
  };
  const problem = problemOfSize(own);
  if (problem !== undefined) throw new Error(`${defaults.functionName}: ${problem}`);
  return {
    ...defaults,
    functionDir: path(entry.directory),
    handler: entry.handler ?? defaults.handler ?? 'index.handler',
    environment: { ...defaults.environment, ...own },
    functionVersion: entry.version ?? versionOf(entry, defaults),
    optDir: extensions === undefined || extensions === 'none' ? (extensions ?? defaults.optDir) : path(extensions),
    environments: entry.environments ?? defaults.environments,
    http: http === undefined ? undefined : typeof http === 'number' ? { port: http } : http,
    deadLetterFile: deadLetterFile === undefined ? defaults.deadLetterFile : path(deadLetterFile),
    ...given('memoryMB', entry.memory),
    ...given('timeoutMs', entry.timeout && entry.timeout * 1_000),
    ...given('initializationType', entry.initType),
    ...given('tenantIsolation', entry.tenantIsolation),
    ...given('durable', entry.durable),
    ...given('concurrency', entry.concurrency),
    ...given('logFormat', entry.logFormat),
    ...given('whenBusy', entry.whenBusy),
    ...given('eventRetryDelaysMs', entry.retryDelay === undefined ? undefined : retryDelays(entry.retryDelay * 1_000)),
  };
}

function versionOf({ initType }: FunctionEntry, { functionVersion = '$LATEST' }: FunctionOptions): string {
  return initType === undefined ? functionVersion : defaultVersion(initType);
}

function given<Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, T>);
}

function parse(file: string): unknown {
  try {
    return parseJson(readTextSync(file));
  } catch (error) {
    throw new Error(`--config is "${file}": ${(error as Error).message}.`);
  }
}

function toProblem({ instanceLocation, keyword, error }: OutputUnit): string {
  const where = decodeURIComponent(instanceLocation).replace(/^#\/?/, '').replaceAll('/', '.');
  return `${where || 'the file'}: ${keyword === 'false' ? 'there is no such setting.' : error}`;
}

/** These only say that something inside of the value is wrong. */
const OUTER = new Set(['properties', 'additionalProperties', '$ref', 'propertyNames', 'anyOf', 'items']);
