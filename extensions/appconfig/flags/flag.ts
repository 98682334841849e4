import { isNumeral } from '../../../foundation/exact-json.ts';
import type { Evaluation } from './evaluation.ts';

/** Who a flag is evaluated for. */
export type Context = ReadonlyMap<string, string>;

/** One feature flag. */
export interface Flag {
  /** The variant for that context, as JSON. */
  evaluate(context: Context, evaluation: Evaluation): string;
}

export type Flags = ReadonlyMap<string, Flag>;

/** As a reader gets it: a flag that is off shows no attributes. */
export function variantText(variant: unknown): string {
  if (!isObject(variant) || variant.enabled !== false) return JSON.stringify(variant);
  const { enabled, _variant } = variant;
  return JSON.stringify({ _variant, enabled });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumeral(value);
}
