import { parseEnv } from 'node:util';
import { readTextSync } from '../foundation/read-text.ts';
import { limits } from '../lambda-api/limits.ts';
import type { EmulatorOptions } from './settings.ts';

/** The flags of `dev` as `cac` parses them: text that looks like a number is a number. */
export interface DevFlags {
  readonly handler: string;
  readonly functionDir: string;
  readonly optDir?: string;
  /** Of the two ports the command knows the usual ones. */
  readonly port?: unknown;
  readonly runtimeApiPort?: unknown;
  readonly address: string;
  readonly functionName: string;
  readonly memory: unknown;
  readonly timeout: unknown;
  readonly initType: unknown;
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
  readonly watch?: boolean;
  readonly json?: boolean;
}

const MS = 1_000;
const initTypes = ['on-demand', 'provisioned-concurrency', 'lambda-managed-instances'] as const;

/** Reads all flags at once. Every problem names its flag, the value and the expected values. */
export function readFlags(
  given: { readonly [Flag in keyof DevFlags]: DevFlags[Flag] | DevFlags[Flag][] },
  shell: Readonly<Record<string, string | undefined>>,
): { options: EmulatorOptions & { environment: Record<string, string> }; problems: string[] } {
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
  const variables = (): Record<string, string> => {
    if (flags.envFile === undefined) return {};
    try {
      return parseEnv(readTextSync(flags.envFile)) as Record<string, string>;
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
  const { memoryMB, timeoutMs } = limits[initializationType];
  const options: EmulatorOptions & { environment: Record<string, string> } = {
    handler: String(flags.handler),
    functionDir: String(flags.functionDir),
    optDir: flags.optDir === undefined ? undefined : String(flags.optDir),
    port: number('--port', flags.port, 0, 65_535),
    runtimeApiPort: number('--runtime-api-port', flags.runtimeApiPort, 0, 65_535),
    address: String(flags.address),
    functionName: String(inheritedOr('AWS_LAMBDA_FUNCTION_NAME', 'functionName')),
    functionVersion: (flags.inheritEnv && shell.AWS_LAMBDA_FUNCTION_VERSION) || '$LATEST',
    memoryMB: number('--memory', inheritedOr('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'memory'), memoryMB.from, memoryMB.to),
    timeoutMs: number('--timeout', inheritedOr('AWS_LAMBDA_FUNCTION_TIMEOUT', 'timeout'), 0.001, timeoutMs / MS) * MS,
    initializationType,
    concurrency: number('--concurrency', flags.concurrency, 1, limits['lambda-managed-instances'].concurrency),
    environment: { ...definedOnly(inherited), ...variables() },
    inspectPort:
      flags.inspect === undefined
        ? undefined
        : flags.inspect === true
          ? 9229
          : number('--inspect', flags.inspect, 0, 65_535),
    freeze: flags.freeze,
    logFormat: word('--log-format', inheritedOr('AWS_LAMBDA_LOG_FORMAT', 'logFormat'), ['Text', 'JSON']),
    spindownAfterMs:
      flags.spindownAfter === undefined
        ? undefined
        : number('--spindown-after', flags.spindownAfter, 0.001, 86_400) * MS,
    runtimeCommand: flags.runtimeCommand === undefined ? undefined : words(String(flags.runtimeCommand)),
    whenBusy: word('--when-busy', flags.whenBusy, ['wait', 'reject']),
  };
  return { options, problems };
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
