import { eventLimits, limits } from '../lambda-api/limits.ts';
import { readEnvFile } from './env-file.ts';
import { problemOfSize } from './environment-size.ts';
import type { Cors } from './http-front/cors.ts';
import { defaultVersion, type EmulatorOptions } from './settings.ts';

/** The flags of `dev` as `cac` parses them: text that looks like a number is a number. */
export interface DevFlags {
  readonly handler: string;
  readonly functionDir: string;
  readonly optDir?: string;
  /** Sources to build and to add to `optDir`. */
  readonly extension?: string | readonly string[];
  /** Of the two ports the command knows the usual ones. */
  readonly port?: unknown;
  readonly runtimeApiPort?: unknown;
  readonly address: string;
  readonly functionName: string;
  readonly memory: unknown;
  readonly timeout: unknown;
  readonly initType: unknown;
  readonly restores?: unknown;
  readonly tenantIsolation?: boolean;
  readonly durable?: boolean;
  readonly concurrency: unknown;
  readonly envFile?: string;
  readonly inheritEnv?: boolean;
  /** `true` without a port. */
  readonly inspect?: unknown;
  readonly freeze: boolean;
  readonly logFormat: unknown;
  readonly spindownAfter?: unknown;
  readonly runtimeCommand?: string;
  readonly whenBusy: unknown;
  readonly environments: unknown;
  /** The port, or true for the usual one. */
  readonly http?: unknown;
  readonly cors?: string;
  readonly retryDelay: unknown;
  readonly deadLetterFile?: string;
  readonly sourceMaps: boolean;
  readonly config?: string;
  readonly quiet?: boolean;
  /** The port, or true for a free one. */
  readonly dashboard?: unknown;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** One function of the command. */
export interface FunctionOptions extends EmulatorOptions {
  readonly functionName: string;
  /** How many environments run in parallel. */
  readonly environments: number;
}

const MS = 1_000;
const initTypes = ['on-demand', 'provisioned-concurrency', 'snap-start', 'lambda-managed-instances'] as const;

/** Reads all flags at once. Every problem names its flag, the value and the expected values. */
export function readFlags(
  given: { readonly [Flag in keyof DevFlags]: DevFlags[Flag] | DevFlags[Flag][] },
  shell: Readonly<Record<string, string | undefined>>,
): { options: FunctionOptions; problems: string[] } {
  const flags = lastOfEach(given);
  const problems: string[] = [];
  const number = (flag: string, value: unknown, from: number, to: number): number => {
    const read = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
    if (!(read >= from && read <= to)) problems.push(`${flag} is "${value}": expected a number from ${from} to ${to}.`);
    return read;
  };
  const word = <const T extends string>(flag: string, value: unknown, words: readonly [T, ...T[]]): T => {
    const found = words.find((candidate) => candidate.toLowerCase() === String(value).toLowerCase());
    if (found === undefined) problems.push(`${flag} is "${value}": expected ${words.join(' or ')}.`);
    return found ?? words[0];
  };
  const variables = (functionName: string): Record<string, string> => {
    if (flags.envFile === undefined) return {};
    try {
      const read = readEnvFile(flags.envFile, functionName, flags.config !== undefined);
      const problem = problemOfSize(read);
      if (problem !== undefined) problems.push(`--env-file is "${flags.envFile}": ${problem}`);
      return read;
    } catch (error) {
      problems.push(`--env-file is "${flags.envFile}": ${(error as Error).message}.`);
      return {};
    }
  };
  const inherited = flags.inheritEnv ? shell : awsVariables(shell);
  /** The shell's variable, unless the flag was given twice: the first is the image's default, and the last the user's. */
  const inheritedOr = (name: string, flag: keyof DevFlags) =>
    (flags.inheritEnv && !Array.isArray(given[flag]) && shell[name]) || flags[flag];
  const initializationType = word('--init-type', inheritedOr('AWS_LAMBDA_INITIALIZATION_TYPE', 'initType'), initTypes);
  const { memoryMB, timeoutMs, unattendedTimeoutMs = timeoutMs } = limits[initializationType];
  const functionName = String(
    flags.config === undefined ? inheritedOr('AWS_LAMBDA_FUNCTION_NAME', 'functionName') : flags.functionName,
  );
  if (flags.cors !== undefined && flags.http === undefined) problems.push('--cors is for the web server: add --http.');
  const restores = number('--restores', flags.restores ?? 1, 1, 100);
  if (restores > 1 && initializationType !== 'snap-start')
    problems.push(`--restores is "${restores}": expected 1, because --init-type is not snap-start.`);
  const options: FunctionOptions = {
    handler: String(flags.handler),
    functionDir: String(flags.functionDir),
    optDir: flags.optDir === undefined ? undefined : String(flags.optDir),
    port: number('--port', flags.port, 0, 65_535),
    runtimeApiPort: number('--runtime-api-port', flags.runtimeApiPort, 0, 65_535),
    address: String(flags.address),
    functionName,
    functionVersion: (flags.inheritEnv && shell.AWS_LAMBDA_FUNCTION_VERSION) || defaultVersion(initializationType),
    memoryMB: number('--memory', inheritedOr('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'memory'), memoryMB.from, memoryMB.to),
    timeoutMs:
      number('--timeout', inheritedOr('AWS_LAMBDA_FUNCTION_TIMEOUT', 'timeout'), 0.001, unattendedTimeoutMs / MS) * MS,
    initializationType,
    tenantIsolation: flags.tenantIsolation === true,
    durable: flags.durable === true,
    concurrency: number('--concurrency', flags.concurrency, 1, limits['lambda-managed-instances'].concurrency),
    environment: { ...definedOnly(inherited), ...variables(functionName) },
    inspectPort:
      flags.inspect === undefined
        ? undefined
        : number('--inspect', flags.inspect === true ? 9229 : flags.inspect, 0, 65_535),
    freeze: flags.freeze,
    logFormat: word('--log-format', inheritedOr('AWS_LAMBDA_LOG_FORMAT', 'logFormat'), ['Text', 'JSON']),
    spindownAfterMs:
      flags.spindownAfter === undefined
        ? undefined
        : number('--spindown-after', flags.spindownAfter, 0.001, 86_400) * MS,
    runtimeCommand: flags.runtimeCommand === undefined ? undefined : words(String(flags.runtimeCommand)),
    whenBusy: word('--when-busy', flags.whenBusy, ['wait', 'reject']),
    environments: Math.max(number('--environments', flags.environments, 1, 100), restores),
    http:
      flags.http === undefined || flags.http === false
        ? undefined
        : { port: number('--http', flags.http, 0, 65_535), cors: readCors(flags.cors) },
    // The second retry waits twice that.
    eventRetryDelaysMs: retryDelays(
      number('--retry-delay', flags.retryDelay, 0, eventLimits.longestAgeMs / MS / 2) * MS,
    ),
    deadLetterFile: flags.deadLetterFile === undefined ? undefined : String(flags.deadLetterFile),
    sourceMaps: flags.sourceMaps,
  };
  return { options, problems };
}

/** Lambda waits one minute, then two. */
export function retryDelays(firstMs: number): number[] {
  return [firstMs, 2 * firstMs];
}

/** Pages of these origins may do anything: on a machine of one's own nothing finer is needed. */
function readCors(origins: string | undefined): Cors | undefined {
  if (origins === undefined) return undefined;
  const allowOrigins = String(origins)
    .split(',')
    .map((origin) => origin.trim());
  return { allowOrigins, allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: !allowOrigins.includes('*') };
}

/** A flag that is given twice is an array for `cac`. The last one counts, as everywhere. */
function lastOfEach(given: object): DevFlags {
  const last = (value: unknown) => (Array.isArray(value) ? value.at(-1) : value);
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, last(value)])) as unknown as DevFlags;
}

/** The shell's credentials, region and endpoints of AWS. Nothing else of the shell reaches the function. */
function awsVariables(shell: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const isWanted = (name: string) =>
    /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|REGION|DEFAULT_REGION|ENDPOINT_URL(_\w+)?)$/.test(name);
  const found = Object.entries(definedOnly(shell)).filter(([name, value]) => isWanted(name) && value !== '');
  const region = shell.AWS_REGION ?? shell.AWS_DEFAULT_REGION;
  return { ...Object.fromEntries(found), ...(region ? { AWS_REGION: region, AWS_DEFAULT_REGION: region } : {}) };
}

function definedOnly(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defined = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(defined);
}

/** Splits into words as a shell does; quotes of either kind keep a word together. */
export function words(command: string): string[] {
  const parts = command.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return parts.map((part) => part.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}
