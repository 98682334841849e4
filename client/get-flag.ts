import { UnavailableError } from './errors.ts';
import { parseJson } from './get-secret.ts';
import {
  type ConfigurationName,
  type ConfigurationReadOptions,
  describe,
  readConfiguration,
} from './read-configuration.ts';
import { warnOnce } from './warn.ts';

/** A feature flag, evaluated: whether it is on, which variant it is, and its attributes, which only a flag that is on has. */
export interface Flag {
  readonly enabled: boolean;
  /** Of a flag with variants. */
  readonly _variant?: string;
  readonly [attribute: string]: unknown;
}

/** What rules may compare. Values that are undefined or null are left out. */
export type FlagContext = Readonly<Record<string, string | number | bigint | boolean | Date | null | undefined>>;

export interface FlagOptions<F> extends ConfigurationReadOptions {
  /** Where the flag is. Default: what the variable `APPCONFIG_FLAGS` names. */
  configuration?: ConfigurationName;
  /** For whom the flag is evaluated: what its rules may compare. Default: nobody in particular. */
  context?: FlagContext;
  /**
   * The result when the flag cannot be read, for any reason; a warning says so once. Its type is that of the result, so
   * that a flag that is off, which has no attributes, gets those of the default. Default: none, so the read rejects.
   */
  default?: F;
}

/**
 * Reads a feature flag of AppConfig, evaluated by the extension. Errors as `getConfiguration`, unless there is a default.
 */
export async function getFlag<F extends Pick<Flag, 'enabled'> = Flag>(
  key: string,
  { configuration, context, default: standIn, ...reading }: FlagOptions<F> = {},
): Promise<F & Pick<Flag, '_variant'>> {
  try {
    const name = configuration ?? flagsOfEnvironment();
    const body = await readConfiguration({ ...reading, name, flag: key, context: headerOf(context) });
    const flag = parseJson(String(body), describe({ name, flag: key })) as F & Pick<Flag, '_variant'>;
    return flag?.enabled === false ? { ...standIn, ...flag } : flag;
  } catch (error) {
    if (standIn === undefined || reading.signal?.aborted) throw error;
    warnOnce(`flag ${key}`, `${(error as Error).message}; using its default`);
    return standIn;
  }
}

function flagsOfEnvironment(): string {
  const { APPCONFIG_FLAGS } = process.env;
  if (APPCONFIG_FLAGS) return APPCONFIG_FLAGS;
  throw new UnavailableError('No configuration is named for the flag: pass "configuration", or set APPCONFIG_FLAGS');
}

/** As JSON, in which no value can pass for another key, and in ASCII, which is all that a header takes. */
function headerOf(context: FlagContext = {}): string | undefined {
  const values = Object.entries(context).flatMap(([key, value]) => {
    const isAbsent = value === undefined || value === null;
    return isAbsent ? [] : [[key, value instanceof Date ? value.toISOString() : textOf(value)]];
  });
  if (values.length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(values)).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An object stays one: the extension refuses it by its name. */
function textOf(value: unknown): unknown {
  return typeof value === 'object' ? value : String(value);
}
