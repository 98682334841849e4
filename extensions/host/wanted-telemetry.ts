import type { Environment } from '../../foundation/settings.ts';
import type { TelemetryType } from '../../lambda-api/telemetry-api.ts';
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

function wordsOf(text = ''): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function isType(word: string): word is TelemetryType {
  return word === 'platform' || word === 'function' || word === 'extension';
}

/** Lambda's own. */
const USUAL_DELAY_MS = 1_000;
