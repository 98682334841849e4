import type { Problem } from '../../foundation/settings.ts';
import { hostSettings } from './settings.ts';

/** The executable under this name runs all extensions; under an extension's own name, just that one. */
const COMBINED = 'lambda-node-extended';

export interface Candidates {
  readonly names: readonly string[];
  /** Whether each may still decline, by its own settings. */
  readonly isAutomatic: boolean;
  /** Whether this process is the only one of ours. */
  readonly isCombined: boolean;
  readonly problems: readonly Problem[];
}

/** The extensions that this process may run: by its own name, and by `EXTENSIONS_ENABLED`. */
export function candidates(processName: string, enabled: readonly string[], known: readonly string[]): Candidates {
  const isCombined = processName === COMBINED || !known.includes(processName);
  const here = isCombined ? known : [processName];
  if (enabled.includes('none')) return { names: [], isAutomatic: false, isCombined, problems: [] };
  if (enabled.includes('auto')) return { names: here, isAutomatic: true, isCombined, problems: [] };

  const unknown = enabled.filter((name) => !known.includes(name));
  return {
    names: here.filter((name) => enabled.includes(name)),
    isAutomatic: false,
    isCombined,
    problems: unknown.map((name) => ({
      variable: hostSettings.enabled.variable,
      value: enabled.join(','),
      message: `no extension is called ${JSON.stringify(name)}; expected auto, none, or some of ${known.join(', ')}. Ignoring it.`,
    })),
  };
}
