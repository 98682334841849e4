import type { CallJson } from '../../../aws-call/call-json.ts';
import { orAborted } from '../../../foundation/or-aborted.ts';
import type { Settings } from '../../sdk/index.ts';
import type { SettingTexts } from '../exporters/exporter.ts';
import { describeFailure, readReference } from './read-reference.ts';
import { fillIn, findReferences, type Reference } from './reference.ts';

export interface ReferenceResolver {
  /**
   * The texts with values in the place of their references. Undefined when one cannot be read: that is said once in the log,
   * and the next call tries again.
   * @param settings those whose texts they are.
   */
  resolve(texts: SettingTexts, signal: AbortSignal, settings?: Settings): Promise<SettingTexts | undefined>;
  /**
   * Reads anew what is asked for next: what was read has been refused, so it may have been rotated. Until then redaction knows
   * it, since another place may well take it.
   */
  forget(texts: SettingTexts): void;
  /** All that was read, for redaction. */
  values(): Iterable<string>;
}

export interface ReferenceResolverOptions {
  readonly aws: CallJson;
  /** With which Lambda's console encrypts the function's variables. */
  readonly functionName: string;
  readonly warn: (message: string) => void;
  /** Of one try. */
  readonly boundMs?: number;
}

/** Each reference is read once, however many settings have it. */
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
    const bound = AbortSignal.any([signal, AbortSignal.timeout(boundMs)]);
    try {
      values.set(reference.text, await orAborted(readReference(reference, { aws, functionName }, bound), bound));
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

/** Where AWS does not answer, that is worth a line: so it is less than a function with Lambda's own time-out of 3 s leaves. */
const BOUND_MS = 2_000;
