import type { CallJson } from '../../../aws-call/call-json.ts';
import { orAborted } from '../../../foundation/or-aborted.ts';
import { timeLimit } from '../../../foundation/time-limit.ts';
import type { Settings } from '../../sdk/index.ts';
import type { SettingTexts } from '../exporters/exporter.ts';
import { describeFailure, readReference } from './read-reference.ts';
import { fillIn, findReferences, type Reference } from './reference.ts';

export interface ReferenceResolver {
  /**
   * Replaces the references in texts by their values. Undefined if a value cannot be read: this is logged once, and the next call
   * tries again.
   * @param settings the declarations of these texts.
   */
  resolve(texts: SettingTexts, signal: AbortSignal, settings?: Settings): Promise<SettingTexts | undefined>;
  /**
   * Reads the values again at the next call, since the vendor refused them and they may have been rotated. Until then redaction
   * keeps them, since they may be valid elsewhere.
   */
  forget(texts: SettingTexts): void;
  /** All values that were read, for redaction. */
  values(): Iterable<string>;
}

export interface ReferenceResolverOptions {
  readonly aws: CallJson;
  /** Part of the context with which Lambda's console encrypts variables. */
  readonly functionName: string;
  readonly warn: (message: string) => void;
  /** For one try. */
  readonly boundMs?: number;
}

/** Reads each reference once, for all settings that have it. */
export function referenceResolver({
  aws,
  functionName,
  warn,
  boundMs = BOUND_MS,
}: ReferenceResolverOptions): ReferenceResolver {
  const values = new Map<string, string>();
  const refused = new Set<string>();
  const underWay = new Map<string, Promise<void>>();
  const said = new Set<string>();

  async function read(reference: Reference, signal: AbortSignal): Promise<void> {
    using bound = timeLimit(boundMs, signal);
    try {
      const reading = readReference(reference, { aws, functionName }, bound.signal);
      values.set(reference.text, await orAborted(reading, bound.signal));
      refused.delete(reference.text);
      said.delete(reference.text);
    } catch (error) {
      if (said.has(reference.text) || signal.aborted) return;
      said.add(reference.text);
      warn(`${describeFailure(reference, error)}. The next flush tries again.`);
    }
  }

  const isKnown = ({ text }: Reference) => values.has(text) && !refused.has(text);

  return {
    async resolve(texts, signal, settings = {}) {
      const wanted = Object.values(texts).flatMap((text) => (text === undefined ? [] : findReferences(text)));
      await Promise.all(
        wanted
          .filter((reference) => !isKnown(reference))
          .map((reference) => {
            const known = underWay.get(reference.text);
            if (known !== undefined) return known;
            const reading = read(reference, signal).finally(() => underWay.delete(reference.text));
            underWay.set(reference.text, reading);
            return reading;
          }),
      );
      if (!wanted.every(isKnown)) return undefined;
      return Object.fromEntries(
        Object.entries(texts).map(([key, text]) => [key, text && fillIn(text, values, settings[key]?.escape)]),
      );
    },
    forget(texts) {
      for (const text of Object.values(texts)) for (const one of findReferences(text ?? '')) refused.add(one.text);
    },
    values: () => values.values(),
  };
}

/** Less than Lambda's default time-out of 3 s, so that a call without answer is still logged. */
const BOUND_MS = 2_000;
