import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExtensionDefinition, TelemetryDelay } from '../sdk/index.ts';
import { readCatalog } from './catalog.ts';
import { isUndeclared } from './plan.ts';
import { hostSettings } from './settings.ts';

/** Writes down what our extensions and those in `modules` declare, for the supervisor, which reads no JavaScript. */
export async function writeManifest(folder: string): Promise<void> {
  const catalog = readCatalog(join(folder, 'modules'), (problem) => {
    throw new Error(problem);
  });
  const definitions = await Promise.all([...catalog.values()].map((load) => load()));
  writeFileSync(join(folder, 'manifest'), manifestOf(definitions));
}

/** One fact a line, an extension's facts below its name; read by supervisor/src/manifest.rs. Throws where it could not read one. */
export function manifestOf(definitions: readonly ExtensionDefinition[]): string {
  const { telemetryPort, redactionPort, httpPort } = hostSettings;
  const lines = [
    `telemetry-port ${telemetryPort.variable} ${telemetryPort.fallback}`,
    `redaction-port ${redactionPort.variable} ${redactionPort.fallback}`,
    `host-port ${httpPort.variable} ${httpPort.fallback}`,
    ...definitions.flatMap(factsOf),
  ];
  return `# Written by "host.cjs --write-manifest" from what the extensions declare.\n${lines.join('\n')}\n`;
}

function factsOf(definition: ExtensionDefinition): string[] {
  const {
    name,
    listens,
    listensWhen,
    receives,
    receivesWhen,
    enabledWhen,
    startsWhen = [],
    subscribesTo = [],
  } = definition;
  const { subscribesToSetting: types, telemetryDelay: delay, redacts = false } = definition;
  const variables = (settings: readonly { variable: string }[]) =>
    settings.map(({ variable }) => ` ${variable}`).join('');
  return [
    `extension ${name}`,
    ...(isUndeclared(definition) ? ['undeclared'] : []),
    ...ports('listens', listens, definition),
    ...(listensWhen === undefined ? [] : [`listens-when ${listensWhen.variable}`]),
    ...ports('receives', receives, definition),
    ...(receivesWhen === undefined
      ? []
      : [`receives-when ${receivesWhen.setting.variable} ${receivesWhen.word}${variables(receivesWhen.in)}`]),
    ...(enabledWhen === undefined ? [] : [`enabled${variables(enabledWhen)}`]),
    ...(startsWhen.length === 0 ? [] : [`starts${startsWhen === 'always' ? '' : variables(startsWhen)}`]),
    ...(subscribesTo.length === 0 ? [] : [`telemetry ${subscribesTo.join(' ')}`]),
    ...(types === undefined ? [] : [`telemetry-types ${types.variable}`]),
    ...(delay === undefined
      ? []
      : [`telemetry-delay ${delay.setting.variable} ${delay.otherwise}${delays(delay, definition)}`]),
    ...(redacts ? ['redacts'] : []),
    ...settingsLine(definition),
  ];
}

function ports(
  fact: 'listens' | 'receives',
  declared: ExtensionDefinition['listens'],
  definition: ExtensionDefinition,
): string[] {
  return Object.entries(declared ?? {}).map(
    ([socket, port]) => `${fact} ${asWord(socket, fact, definition)} ${port.variable} ${port.fallback}`,
  );
}

/** What the supervisor must not take for misspelt. */
function settingsLine({ settings }: ExtensionDefinition): string[] {
  const names = Object.values(settings).map(({ variable }) => ` ${variable}`);
  return names.length === 0 ? [] : [`settings${names.join('')}`];
}

function delays({ byWord }: TelemetryDelay, definition: ExtensionDefinition): string {
  return Object.entries(byWord)
    .map(([word, delayMs]) => ` ${asWord(word, 'telemetryDelay', definition)}=${delayMs}`)
    .join('');
}

/** A blank ends a word of the manifest, a colon a name in LISTEN_FDNAMES, and an equals sign a word of a delay. */
function asWord(
  name: string,
  field: 'listens' | 'receives' | 'telemetryDelay',
  { name: extension }: ExtensionDefinition,
): string {
  if (/^[^\s:=]+$/.test(name)) return name;
  throw new TypeError(
    `${extension} has ${JSON.stringify(name)} in "${field}". Expected a name without blanks, colons and equals signs`,
  );
}
