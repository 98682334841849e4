import type { Settings } from './settings.ts';

/** For all but the first environment, as only one can have the ports of the options. */
export function onFreePorts(settings: Settings): Settings {
  return changed(settings, { runtimeApiPort: 0, inspectPort: settings.inspectPort === undefined ? undefined : 0 });
}

/** A copy that reads the variables again for each start of an environment, as the original does: `--watch` changes them. */
export function changed(
  settings: Settings,
  changes: Partial<Settings>,
  variables = (own: Settings['environment']): Settings['environment'] => own,
): Settings {
  return {
    ...settings,
    ...changes,
    get environment() {
      return variables(settings.environment);
    },
  };
}
