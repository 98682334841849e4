import type { Environment } from '../../foundation/settings.ts';
import type { TelemetryRecord, TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { ExtensionDefinition } from '../sdk/index.ts';

/** What an extension asks of Lambda's Telemetry API. */
export interface WantedTelemetry {
  readonly types: readonly TelemetryType[];
  /** How long Lambda may collect records before it delivers them. */
  readonly delayMs: number;
}

/** Reads what supervisor/src/plan.rs reads, and what only the running host can tell. */
export function wantedTelemetry(
  { subscribesTo = [], subscribesToSetting, telemetryTypes, telemetryDelay }: ExtensionDefinition,
  settings: object,
  environment: Environment,
): WantedTelemetry {
  const named = subscribesToSetting ? wordsOf(environment[subscribesToSetting.variable]).filter(isType) : [];
  const types = [...(named.length > 0 ? named : subscribesTo), ...(telemetryTypes?.(settings as never) ?? [])];
  if (telemetryDelay === undefined) return { types, delayMs: USUAL_DELAY_MS };

  const [word = ''] = wordsOf(environment[telemetryDelay.setting.variable]);
  return { types, delayMs: telemetryDelay.byWord[word.toLowerCase()] ?? telemetryDelay.otherwise };
}

/** One subscription that serves all; undefined where nobody wants any. */
export function allWanted(wanted: readonly WantedTelemetry[]): WantedTelemetry | undefined {
  const some = wanted.filter(({ types }) => types.length > 0);
  if (some.length === 0) return undefined;
  return {
    types: [...new Set(some.flatMap(({ types }) => types))],
    delayMs: Math.min(...some.map(({ delayMs }) => delayMs)),
  };
}

/**
 * Those of the records that it asked for: the one subscription has what any extension of the process wants. Everybody is
 * told what Lambda lost, and given what is no record.
 */
export function wantedRecords(
  records: readonly TelemetryRecord[],
  { types }: WantedTelemetry,
): readonly TelemetryRecord[] {
  const unwanted = new Set<string | undefined>(TELEMETRY_TYPES.filter((type) => !types.includes(type)));
  if (unwanted.size === 0) return records;
  return records.filter((record) => {
    const type: unknown = record?.type;
    return typeof type !== 'string' || type === LOSS || !unwanted.has(type.split('.', 1)[0]);
  });
}

function wordsOf(text = ''): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function isType(word: string): word is TelemetryType {
  return (TELEMETRY_TYPES as readonly string[]).includes(word);
}

const TELEMETRY_TYPES = ['platform', 'function', 'extension'] as const satisfies readonly TelemetryType[];
const LOSS = 'platform.logsDropped';

/** Lambda's own. */
const USUAL_DELAY_MS = 1_000;
