import type { ExtensionDefinition } from '../../sdk/index.ts';
import type { RunningExtension } from '../handlers.ts';
import type { TakesMode } from './control-lines.ts';

/** When the extensions together want deliveries. Node.js sleeps until then. */
export function wakes(say: (mode: TakesMode) => void) {
  const wanted = new Map<string, Wish>();
  let isBegun = false;
  let latest: string | undefined;

  function tell(): void {
    if (!isBegun) return;
    const mode = modeOf([...wanted.values()]);
    const text = JSON.stringify(mode);
    if (text !== latest) say(mode);
    latest = text;
  }

  return {
    /** Deliveries may come from now on. An extension that has said nothing is asked by its declaration. */
    begin(extensions: readonly RunningExtension[]): void {
      const all = extensions.filter(
        ({ telemetry, handlers }) => telemetry.length > 0 && handlers.telemetry !== undefined,
      );
      for (const { definition, telemetry } of all)
        if (!wanted.has(definition.name)) wanted.set(definition.name, declaredBy(definition, telemetry));
      isBegun = true;
      tell();
    },
    wakeFor(extension: string, types: readonly string[]): void {
      wanted.set(extension, types);
      tell();
    },
  };
}

type Wish = 'at-once' | readonly string[];

function modeOf(wanted: readonly Wish[]): TakesMode {
  if (wanted.length === 0) return 'nothing';
  if (wanted.includes('at-once')) return 'at-once';
  const types = [...new Set(wanted.flat())];
  return types.length === 0 ? 'waits' : { at: types };
}

/** Without platform records nothing tells the moments at which records are worth having. */
function declaredBy(
  { telemetryDelay }: Pick<ExtensionDefinition, 'telemetryDelay'>,
  types: RunningExtension['telemetry'],
): Wish {
  return telemetryDelay === undefined || !types.includes('platform') ? 'at-once' : ENDS;
}

/** The ends of invocations, and of the phase before the first. */
const ENDS = ['platform.runtimeDone', 'platform.report', 'platform.initReport', 'platform.restoreReport'];
