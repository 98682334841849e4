import {
  asksFor,
  commaSeparated,
  type Environment,
  type Problem,
  readSettings,
  type Setting,
  type SettingValues,
} from '../../foundation/settings.ts';
import { isSnapStart } from '../../lambda-api/environment.ts';
import type { TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { ExtensionDefinition, NamedInSettings } from '../sdk/index.ts';
import type { Candidates } from './candidates.ts';
import type { hostSettings } from './settings.ts';

/** What this process does. The supervisor hands it over as JSON; see supervisor/README.md. */
export interface Plan {
  /** Whether this process is the only one of ours. */
  readonly isCombined: boolean;
  /** Those that run, and the telemetry that each gets. */
  readonly extensions: readonly { readonly name: string; readonly telemetry: readonly TelemetryType[] }[];
  /** The ports that callers may use before the extensions run. */
  readonly sockets: readonly { readonly name: string; readonly port: number }[];
  /** The UDP ports of loopback that are opened before the extensions run; undefined where there are none. */
  readonly datagrams?: Plan['sockets'];
  /** What Lambda is asked to deliver; undefined where no extension wants any. */
  readonly telemetry?: TelemetryPlan;
  /** Where the function hands over what it read by itself; undefined where no extension redacts. */
  readonly redactionPort?: number;
  /** When the supervisor starts the host. `eager`: before the function, which waits for it. */
  readonly start: 'on-demand' | 'after-next' | 'eager';
  /** Whether what the extensions use later is loaded as soon as the host is ready. */
  readonly warmsUp: boolean;
}

export interface TelemetryPlan {
  readonly port: number;
  readonly types: readonly TelemetryType[];
  /** How long Lambda may collect records before it delivers them. */
  readonly delayMs: number;
}

/** Plans as supervisor/src/plan.rs does: `supervisor/plan-vectors.txt` tests both. */
export function planOf({ candidates, definitions, settings, environment }: PlanInput): {
  plan: Plan;
  problems: Problem[];
} {
  const chosen = candidates.names
    .flatMap((name) => definitions.get(name) ?? [])
    .filter(({ enabledWhen }) => !candidates.isAutomatic || asksForAny(enabledWhen, environment));
  const wanted = chosen.map((definition) => wantedTelemetry(definition, environment));
  const sockets = chosen.map((definition) => openSockets(definition, environment));
  const received = chosen.map((definition) => receivedPorts(definition, environment));
  const datagrams = received.flatMap(({ open }) => open);
  const telemetry = oneSubscription(wanted, settings.telemetryPort, environment);
  return {
    plan: {
      isCombined: candidates.isCombined,
      extensions: chosen.map(({ name }, index) => ({ name, telemetry: wanted[index]?.types ?? [] })),
      sockets: sockets.flatMap(({ open }) => open),
      ...(datagrams.length === 0 ? {} : { datagrams }),
      ...(telemetry === undefined ? {} : { telemetry }),
      ...(chosen.some(({ redacts }) => redacts) ? { redactionPort: settings.redactionPort } : {}),
      start: startOf(chosen, settings.start, environment),
      warmsUp: settings.start === 'after-next' || (isForSnapshot(settings.start, environment) && chosen.length > 0),
    },
    problems: [...candidates.problems, ...[...sockets, ...received].flatMap(({ problems }) => problems)],
  };
}

interface PlanInput {
  readonly candidates: Candidates;
  /** Of the candidates; one that is missing does not run. */
  readonly definitions: ReadonlyMap<string, ExtensionDefinition>;
  readonly settings: Pick<SettingValues<typeof hostSettings>, 'start' | 'telemetryPort' | 'redactionPort'>;
  readonly environment: Environment;
}

function asksForAny(settings: ExtensionDefinition['enabledWhen'], environment: Environment): boolean {
  return settings?.some((setting) => asksFor(setting, environment)) ?? true;
}

function openSockets({ listens = {}, listensWhen }: ExtensionDefinition, environment: Environment) {
  const answer = listensWhen === undefined ? undefined : environment[listensWhen.variable]?.trim().toLowerCase();
  return answer === 'false' || answer === '0' ? NO_PORTS : portsOf(listens, environment);
}

function receivedPorts({ receives = {}, receivesWhen }: ExtensionDefinition, environment: Environment) {
  const isWanted = receivesWhen === undefined || isNamed(receivesWhen, environment);
  return isWanted ? portsOf(receives, environment) : NO_PORTS;
}

function isNamed({ setting, word, in: others }: NamedInSettings, environment: Environment): boolean {
  const answer = environment[setting.variable]?.trim().toLowerCase() ?? '';
  if (['true', '1', 'false', '0'].includes(answer)) return answer === 'true' || answer === '1';
  return others.some(({ variable }) => environment[variable]?.split(/[^\w-]+/).includes(word));
}

function portsOf(declared: Readonly<Record<string, Setting<number>>>, environment: Environment) {
  const { values, problems } = readSettings(declared, environment);
  return { open: Object.entries(values).map(([name, port]) => ({ name, port })), problems };
}

function wantedTelemetry(definition: ExtensionDefinition, environment: Environment): Omit<TelemetryPlan, 'port'> {
  const { subscribesTo = [], subscribesToSetting, telemetryDelay } = definition;
  const words = subscribesToSetting === undefined ? [] : commaSeparated(environment[subscribesToSetting.variable]);
  const named = words.filter(isTelemetryType);
  const types = named.length > 0 ? named : subscribesTo;
  if (telemetryDelay === undefined) return { types, delayMs: LAMBDAS_DELAY_MS };

  const { setting, byWord, otherwise } = telemetryDelay;
  const [first = ''] = commaSeparated(environment[setting.variable]);
  const found = Object.entries(byWord).find(([word]) => word === first.toLowerCase());
  return { types, delayMs: found?.[1] ?? otherwise };
}

/** Lambda takes one subscription of a process: all types, as soon as the most impatient extension wants them. */
function oneSubscription(
  wanted: readonly Omit<TelemetryPlan, 'port'>[],
  port: number,
  environment: Environment,
): TelemetryPlan | undefined {
  const some = wanted.filter(({ types }) => types.length > 0);
  if (some.length === 0) return undefined;
  const types = [...new Set(some.flatMap((one) => one.types))];
  // Environments of managed instances are never idle, and their invocations overlap: nobody waits for one's end.
  const isManaged = environment.AWS_LAMBDA_INITIALIZATION_TYPE === 'lambda-managed-instances';
  const shortestMs = isManaged ? LAMBDAS_DELAY_MS : 0;
  return { port, types, delayMs: Math.max(shortestMs, Math.min(...some.map(({ delayMs }) => delayMs))) };
}

function startOf(
  chosen: readonly ExtensionDefinition[],
  start: PlanInput['settings']['start'],
  environment: Environment,
): Plan['start'] {
  if (chosen.some(isUndeclared)) return 'eager';
  if (isForSnapshot(start, environment) && chosen.length > 0) return 'eager';
  const asks = ({ startsWhen = [] }: ExtensionDefinition) =>
    startsWhen === 'always' || startsWhen.some((setting) => asksFor(setting, environment));
  const isEarly = start === 'after-next' ? chosen.length > 0 : start === 'auto' && chosen.some(asks);
  return isEarly ? 'after-next' : 'on-demand';
}

/** With SnapStart the host belongs into the snapshot, ready and warm: no restore waits for its start. */
function isForSnapshot(start: PlanInput['settings']['start'], environment: Environment): boolean {
  return isSnapStart(environment) && start !== 'on-demand';
}

/** Whether nothing says when its host must run, which then has to be before the function does. */
export function isUndeclared({ listens, startsWhen }: ExtensionDefinition): boolean {
  return listens === undefined && startsWhen === undefined;
}

function isTelemetryType(word: string): word is TelemetryType {
  return (telemetryTypes as readonly string[]).includes(word);
}

const NO_PORTS = { open: [], problems: [] };
export const telemetryTypes = ['platform', 'function', 'extension'] as const satisfies readonly TelemetryType[];
/** Its own default. */
const LAMBDAS_DELAY_MS = 1_000;
