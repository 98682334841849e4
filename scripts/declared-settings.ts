/** All settings that are declared anywhere, for what is made of them: tables in the docs, and the list of known names. */
import { settings as clientSettings } from '../client/settings.ts';
import { settings as appConfigSettings } from '../extensions/appconfig/settings.ts';
import { hostSettings } from '../extensions/host/settings.ts';
import { settings as insightsSettings } from '../extensions/insights/settings.ts';
import { parts } from '../extensions/preload/parts.ts';
import { settings as secretsSettings } from '../extensions/secrets/settings.ts';
import { frontSettings } from '../extensions/telemetry/config/front-settings.ts';
import { destinationTypes } from '../extensions/telemetry/exporters/catalog.ts';
import { sourceSettings } from '../extensions/telemetry/items/source.ts';
import { settings as telemetrySettings } from '../extensions/telemetry/settings.ts';
import type { Settings } from '../foundation/settings.ts';

/** By the names that the tables in the docs have. */
export const declaredSettings: Readonly<Record<string, Settings>> = {
  host: hostSettings,
  secrets: secretsSettings,
  client: clientSettings,
  appconfig: appConfigSettings,
  telemetry: { ...telemetrySettings, ...frontSettings, ...sourceSettings },
  insights: insightsSettings,
};

export function loadDestinations() {
  return Promise.all([...destinationTypes.values()].map((load) => load()));
}

/**
 * The variables that mean something to us, for `supervisor/src/unknown_names.rs`, one a line. Those that no declaration has are
 * read where no settings are: by the entry point, by a wrapper, by the function.
 */
export async function knownVariables(): Promise<string> {
  const declarations = [
    ...Object.values(declaredSettings),
    ...(await loadDestinations()).map(({ settings }) => settings),
  ];
  const names = [
    ...declarations.flatMap((settings) => Object.values(settings).map(({ variable }) => variable)),
    ...parts.map(({ switchedOnBy }) => switchedOnBy.variable),
    ...UNDECLARED,
  ];
  return `# Written by scripts/build.ts from the declarations of all settings.\n${[...new Set(names)].sort().join('\n')}\n`;
}

const UNDECLARED = ['APPCONFIG_FLAGS', 'EXTENSIONS_EXEC_WRAPPER'];
