import { parseExactJson } from '../../../foundation/exact-json.ts';
import { isObject, variantText } from '../flags/flag.ts';

/** Flags as AppConfig sends them. */
export interface DeployedFlags {
  readonly contentType: string;
  readonly content: string;
}

/**
 * Flags in the form in which AppConfig stores them, `{"version":"1","flags":{…},"values":{…}}`, or their `values` alone, in
 * the form in which it sends them: JSON, or Amazon Ion where a flag has variants. Undefined for any other text.
 * https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-type-reference-feature-flags.html
 */
export function deployedFlags(text: string): DeployedFlags | undefined {
  const document = parseOrUndefined(text);
  if (!isObject(document)) return undefined;
  const values = isStored(document) ? withDefinitions(document) : document;
  const hasVariants = Object.values(values).some((flag) => isObject(flag) && Array.isArray(flag._variants));
  if (hasVariants) return { contentType: ION, content: Object.entries(values).map(flagInIon).join('\n') };
  return isStored(document) ? { contentType: 'application/json', content: flagsInJson(values) } : undefined;
}

interface Stored extends Record<string, unknown> {
  readonly flags: Record<string, unknown>;
  readonly values: Record<string, unknown>;
}

function isStored(document: Record<string, unknown>): document is Stored {
  const { version, flags, values } = document;
  return typeof version === 'string' && isObject(flags) && isObject(values);
}

/** A flag without a value is off. */
function withDefinitions({ flags, values }: Stored): Record<string, unknown> {
  return { ...Object.fromEntries(Object.keys(flags).map((name) => [name, { enabled: false }])), ...values };
}

function flagsInJson(values: Record<string, unknown>): string {
  return `{${Object.entries(values).map(([name, value]) => `${JSON.stringify(name)}:${basicFlag(value)}`)}}`;
}

/** Texts are written as in JSON, which is Ion. A rule stays a text, so that one that cannot be read leaves the others alone. */
function flagInIon([name, value]: [string, unknown]): string {
  const label = `'${JSON.stringify(name).slice(1, -1).replaceAll("'", "\\'")}'`;
  const variants = isObject(value) && Array.isArray(value._variants) ? value._variants.filter(isObject) : undefined;
  if (variants === undefined) return `${label}::${JSON.stringify(basicFlag(value))}`;
  // The variant without a rule is the default: what follows it is never tried.
  const fallback = variants.findIndex(({ rule }) => !rule);
  const tried = fallback === -1 ? variants : variants.slice(0, fallback + 1);
  const elements = tried.map((variant) => {
    const content = JSON.stringify(variantOf(variant));
    return variant.rule ? `[${JSON.stringify(String(variant.rule))},${content}]` : content;
  });
  return `${label}::[${elements}]`;
}

function variantOf({ name, enabled, attributeValues }: Record<string, unknown>): string {
  const attributes = isObject(attributeValues) ? attributeValues : {};
  return variantText({ _variant: name, enabled: enabled === true, ...attributes });
}

/** Without AppConfig's own notes, such as `_createdAt`: the name of an attribute begins with a letter. */
function basicFlag(value: unknown): string {
  const { enabled, ...fields } = isObject(value) ? value : {};
  const attributes = Object.entries(fields).filter(([name]) => !name.startsWith('_'));
  return variantText({ enabled: enabled === true, ...Object.fromEntries(attributes) });
}

function parseOrUndefined(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

const ION = 'application/ion; type=AWS.AppConfig.FeatureFlags';
