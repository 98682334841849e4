import type { Log } from '../../sdk/index.ts';
import type { Exporter, ExporterContext } from '../exporters/exporter.ts';
import type { Signal } from '../items/item.ts';
import { type ConfiguredDestination, settingsOf } from './configured-destination.ts';
import { findReferences } from './reference.ts';
import type { ReferenceResolver } from './references.ts';

export interface ResolvedExporter {
  /** Rejects while a reference in the settings cannot be read. */
  readonly exporter: (signal: AbortSignal) => Promise<Exporter>;
  /** What it takes, as far as that is known before references are read. */
  readonly signals: readonly Signal[];
  readonly takes: Exporter['takes'];
}

/**
 * Makes the exporter of a destination. References cost calls, so they are read at the first flush, and again after the vendor
 * has refused a key: it may have been rotated. Throws if settings without references make no exporter.
 */
export async function resolvedExporter(
  configured: ConfiguredDestination,
  context: ExporterContext,
  resolver: ReferenceResolver,
  log: Log,
): Promise<ResolvedExporter> {
  const exporter = exporterWhenResolved(configured, context, resolver, log);
  const { type } = configured;
  const forNow = hasReferences(configured) ? exporterForNow(configured, context) : await exporter(NEVER);
  return { exporter, signals: forNow?.signals ?? type.signals, takes: forNow?.takes };
}

function exporterWhenResolved(
  configured: ConfiguredDestination,
  context: ExporterContext,
  resolver: ReferenceResolver,
  log: Log,
): (signal: AbortSignal) => Promise<Exporter> {
  const { type } = configured;
  let made: Exporter | undefined;
  let instanceId = context.instanceId;
  let isSaid = false;

  /** A secret that cannot be used is read again: somebody may have mended it. */
  function exporterOrForget(make: () => Exporter): Exporter {
    try {
      return make();
    } catch (error) {
      resolver.forget(configured.texts);
      throw error;
    }
  }

  return async (signal) => {
    // Its requests may name the environment, and a restore makes that another one.
    if (instanceId !== context.instanceId) made = undefined;
    instanceId = context.instanceId;
    if (made !== undefined) return made;
    const texts = await resolver.resolve(configured.texts, signal, type.settings);
    // Another endpoint of the same destination may have been faster.
    if (made !== undefined) return made;
    if (texts === undefined) throw new Error('a reference in its settings cannot be read');
    const { values, problems } = settingsOf(configured, texts);
    if (!isSaid) for (const problem of problems) log.warn(problem);
    isSaid = true;
    const exporter = exporterOrForget(() => type.exporter(values, context));
    made = {
      ...exporter,
      judge(response, request) {
        const verdict = exporter.judge(response, request);
        if (verdict.kind === 'refused') {
          resolver.forget(configured.texts);
          made = undefined;
        }
        return verdict;
      },
    };
    return made;
  };
}

/** References mostly stand for keys, which do not decide on what is taken. */
function exporterForNow(configured: ConfiguredDestination, context: ExporterContext): Exporter | undefined {
  const { type, texts } = configured;
  try {
    return type.exporter(settingsOf(configured, texts).values, context);
  } catch {
    return undefined;
  }
}

/** Whether something in its settings has to be read from AWS. */
export function hasReferences({ texts }: Pick<ConfiguredDestination, 'texts'>): boolean {
  return Object.values(texts).some((text) => text !== undefined && findReferences(text).length > 0);
}

const NEVER = new AbortController().signal;
